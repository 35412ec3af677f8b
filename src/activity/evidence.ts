/** What every source of evidence has in common. */
import type {EvidenceKind} from '../event.ts';

export const EVIDENCE_KINDS: readonly EvidenceKind[] = ['output', 'files', 'processes'];

/** Where a source tells what it has found. */
export interface Findings {
  /** The agent is alive: `what` was seen, one line for a person. */
  alive(what: string): void;
  /** The source can see nothing any more, and why; it falls silent then. Told once. */
  failed(why: string): void;
}

/** One way to see whether an agent is alive. It fails alone: nothing here throws or rejects. */
export interface EvidenceSource {
  readonly kind: Exclude<EvidenceKind, 'output'>;
  /** Begins to look, in its own rhythm. Called once. */
  start(findings: Findings): void;
  /** The agent has made its first progress: it has started up. */
  settled?(): void;
  /** Looks once more, now: before a limit is held against the agent. */
  look(): Promise<void>;
  /** Ends the looking; nothing is told afterwards. */
  stop(): void;
}
