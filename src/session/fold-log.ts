import {isDamaged, noGaps, type ReadGaps, readEvents} from './read.ts';
import {emptyState, fold, type SessionState} from './state.ts';

export interface FoldedLog {
  state: SessionState;
  gaps: ReadGaps;
}

/**
 * What the whole log of the session folder `dir` adds up to, in bounded memory. `state.damaged` tells whether that is certain.
 * @throws OneshotError UNREADABLE_FILE, SESSION_UNSUPPORTED
 */
export async function foldLog(dir: string): Promise<FoldedLog> {
  const gaps = noGaps();
  const state = emptyState();
  for await (const event of readEvents(dir, {gaps})) fold(state, event);
  state.damaged ||= isDamaged(gaps);
  return {state, gaps};
}
