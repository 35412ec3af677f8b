/** `oneshot rm` and `oneshot prune`. Ids of what was removed are stdout. */
import {existsSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {messageOf, OneshotError} from '../error.ts';
import {findSession} from '../session/find.ts';
import {type ListedSession, lastKnownAt, listSessions, lookAtSession} from '../session/list.ts';
import {removeSession} from '../session/remove.ts';
import {stateDir} from '../session/state-dir.ts';
import {sessionTitle} from '../view/session-list.ts';
import {ownWorktreeOf} from '../worktree/own.ts';
import {EXIT} from './exit-code.ts';
import type {Io} from './io.ts';
import {print} from './output.ts';
import {processLookup} from './processes.ts';
import type {PruneOptions, RemoveOptions} from './session-options.ts';

export async function removeCommand({sessions, yes}: RemoveOptions, io: Io): Promise<number> {
  const state = stateDir(io.env);
  const found = new Map<string, string>();
  for (const wanted of sessions) {
    const {id, dir} = await findSession(state, wanted);
    found.set(id, dir);
  }
  const looked = [...found.values()].map((dir) => lookAtSession(dir, lookOptions(io)));
  return removeAll(await Promise.all(looked), yes, io);
}

export async function pruneCommand({olderThanMs, keep, yes}: PruneOptions, io: Io): Promise<number> {
  const {sessions} = await listSessions(stateDir(io.env), lookOptions(io));
  const beforeMs = io.clock.now() - (olderThanMs ?? 0);
  const isOld = (session: ListedSession) => {
    const lastMs = lastKnownAt(session);
    // A folder of which nothing is known may not be ours.
    return lastMs > 0 && (olderThanMs === null || lastMs < beforeMs);
  };
  const old = sessions.slice(keep).filter((session) => session.owner === null && isOld(session));
  if (old.length > 0) return removeAll(old, yes, io);
  io.stderr.write('there is nothing to remove\n');
  return EXIT.ok;
}

async function removeAll(sessions: readonly ListedSession[], yes: boolean, io: Io): Promise<number> {
  if (!yes && !(await confirmed(sessions, io))) {
    io.stderr.write('nothing was removed\n');
    return EXIT.failed;
  }
  let code: number = EXIT.ok;
  for (const {id, dir} of sessions) {
    try {
      await removeSession(dir, lookOptions(io));
      await print(io, `${id}\n`);
      tellWorktree(id, io);
    } catch (error) {
      const nextStep = error instanceof OneshotError ? ` ${error.nextStep}` : '';
      io.stderr.write(`oneshot: ${messageOf(error)}.${nextStep}\n`);
      code = EXIT.failed;
    }
  }
  return code;
}

/** Work may be in it. */
function tellWorktree(session: string, {env, stderr}: Io): void {
  const own = ownWorktreeOf({stateDir: stateDir(env), session});
  if (own && existsSync(own.path)) stderr.write(`its worktree stays: ${own.path}, branch ${own.branch}\n`);
}

function lookOptions({clock}: Io) {
  return {clock, processes: processLookup()};
}

/** How many sessions the question names. */
const MAX_NAMED = 20;

/** @throws OneshotError CONFIRMATION_NEEDED where nobody can be asked */
async function confirmed(sessions: readonly ListedSession[], io: Io): Promise<boolean> {
  const {stderr} = io;
  const what = sessions.length === 1 ? '1 session' : `${sessions.length} sessions`;
  if (!(io.stdin as {isTTY?: boolean}).isTTY || !stderr.isTTY) {
    throw new OneshotError('CONFIRMATION_NEEDED', `${what} would be removed`, 'Say so with --yes.');
  }
  const named = sessions.slice(0, MAX_NAMED).map((session) => `  ${sessionTitle(session)}\n`);
  const more = sessions.length > MAX_NAMED ? `  and ${sessions.length - MAX_NAMED} more\n` : '';
  stderr.write(`${named.join('')}${more}`);
  stderr.write(`Remove ${what}? [y/N] `);
  return /^y(es)?$/i.test((await line(io)).trim());
}

/** The next line of stdin; empty when there is none. */
function line({stdin}: Io): Promise<string> {
  const reading = createInterface({input: stdin});
  return new Promise<string>((settle) => {
    reading.once('line', settle);
    reading.once('close', () => settle(''));
  }).finally(() => reading.close());
}
