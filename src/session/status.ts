import {ENDINGS, type Ending} from '../event.ts';

/**
 * `running`: somebody is at work on it. `crashed`: it has no end and nobody is. `damaged`: its log is not what was written, or
 * cannot be read. `unsupported`: a newer oneshot wrote it.
 */
export type SessionStatus = Ending | 'running' | 'crashed' | 'damaged' | 'unsupported';

export const SESSION_STATUSES: readonly SessionStatus[] = [
  'running',
  ...ENDINGS,
  'crashed',
  'damaged',
  'unsupported',
];
