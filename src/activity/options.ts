import type {EvidenceKind} from '../event.ts';
import {EVIDENCE_KINDS} from './evidence.ts';
import type {EvidenceSeen} from './judge.ts';
import {type ActivityLimits, DEFAULT_LIMITS, NO_LIMITS} from './limits.ts';

/** How it is judged whether an agent is alive. */
export interface ActivityOptions {
  limits: ActivityLimits;
  /** What life is looked for in. */
  monitor: readonly EvidenceKind[];
  /** When the agent asks a person: `stop` ends the run soon, `wait` lets it wait until `max`. */
  onAsk: 'stop' | 'wait';
  /** Time between two looks at files and processes, ms. @default 5000 */
  pollMs?: number;
  /** Called with every observation, for measuring. */
  onEvidence?: (evidence: EvidenceSeen) => void;
}

/** For agents. */
export const DEFAULT_ACTIVITY: ActivityOptions = {
  limits: DEFAULT_LIMITS,
  monitor: EVIDENCE_KINDS,
  onAsk: 'stop',
};

/** For programs of any kind, which may be silent as long as they like. */
export const NO_ACTIVITY: ActivityOptions = {limits: NO_LIMITS, monitor: EVIDENCE_KINDS, onAsk: 'wait'};
