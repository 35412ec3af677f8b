/** A recorded session and all there is to know of it: what `oneshot show` tells. */
import {readdirSync, statSync} from 'node:fs';
import {join, sep} from 'node:path';
import type {FoundSession} from '../session/find.ts';
import {type LookOptions, lookAtSession} from '../session/list.ts';
import {isDamaged, noGaps, readEvents} from '../session/read.ts';
import {CHANGES_FOLDER} from '../session/state-dir.ts';
import {type SessionSummary, Summary} from './summary.ts';
import type {RecordedFile, SummaryContext} from './summary-lines.ts';

export interface SessionReport extends SummaryContext, SessionSummary {}

/** @throws OneshotError UNREADABLE_FILE, SESSION_UNSUPPORTED */
export async function reportSession({id, dir}: FoundSession, look: LookOptions): Promise<SessionReport> {
  const gaps = noGaps();
  const summary = new Summary();
  for await (const event of readEvents(dir, {gaps})) summary.see(event);
  const looked = await lookAtSession(dir, look);
  const {owner} = looked;
  const status = !owner && isDamaged(gaps) ? 'damaged' : looked.status;
  return {id, dir, status, owner, gaps, files: recordedFiles(dir), ...summary.result()};
}

/** Not what is kept there to compare the worktree with, which is no recording. */
function recordedFiles(dir: string): RecordedFile[] {
  const kept = join(dir, CHANGES_FOLDER);
  return readdirSync(dir, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && !`${entry.parentPath}${sep}`.startsWith(`${kept}${sep}`))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({
      path: path.slice(dir.length + 1),
      bytes: statSync(path, {throwIfNoEntry: false})?.size ?? 0,
    }))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
}
