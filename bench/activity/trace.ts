/** What a run has shown, without its words: enough to judge it once more with fewer sources. */
import type {EvidenceKind, Outcome, ToolStatus} from '../../src/event.ts';
import type {MatrixAgent} from './scenarios.ts';

/** What the agent said that moves a clock. */
export type Signal =
  | {atMs: number; tool: string; status: ToolStatus}
  | {atMs: number; retryDelayMs: number | null}
  | {atMs: number; asks: true};

/** All times are ms since the judge began, rounded. */
export interface Trace {
  scenario: string;
  agent: MatrixAgent;
  evidence: Record<EvidenceKind, number[]>;
  signals: Signal[];
  /** When the terminal event came; null: never. */
  endedMs: number | null;
  /** What the judge did. `clock` null: the agent asked. */
  stop: {atMs: number; clock: string | null} | null;
  /** When the run was over, its processes too. */
  overMs: number;
  outcome: Outcome;
  /** When the model was asked. */
  askedMs: number[];
  /** When it sent something. */
  sentMs: number[];
  /** Whether the model was asked all that the scenario has answers for: only then was the run as far as it should get. */
  reached: boolean;
  /** What went wrong with the run itself; such a run proves nothing. */
  problems: string[];
}

/** Times closer together than this are one, ms: the first and the last of them are kept. */
const SAME_MS = 100;

/** Of every burst of times the first and the last. */
export function thinned(times: readonly number[]): number[] {
  const rounded = times.map((ms) => Math.round(ms)).toSorted((a, b) => a - b);
  return rounded.filter((ms, index) => {
    const before = rounded[index - 1] ?? Number.NEGATIVE_INFINITY;
    const after = rounded[index + 1] ?? Number.POSITIVE_INFINITY;
    return ms - before >= SAME_MS || after - ms >= SAME_MS;
  });
}
