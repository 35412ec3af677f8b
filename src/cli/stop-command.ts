/** `oneshot stop`: ends a session that another oneshot is at work on. What happened is said on stdout. */
import {hostname} from 'node:os';
import {OneshotError} from '../error.ts';
import {type FoundSession, findSession} from '../session/find.ts';
import {type ListedSession, lookAtSession} from '../session/list.ts';
import type {LockOwner} from '../session/lock.ts';
import {marksOf} from '../session/marks.ts';
import {stateDir} from '../session/state-dir.ts';
import {Lookup} from '../transport/lookup.ts';
import {endStrays} from '../transport/stray.ts';
import {processList} from '../view/format.ts';
import {EXIT} from './exit-code.ts';
import type {Io} from './io.ts';
import {durationText} from './option-values.ts';
import {print} from './output.ts';
import type {StopOptions} from './session-options.ts';

/** How often the session is looked at until it is over, ms. */
const POLL_MS = 100;

export async function stopCommand(options: StopOptions, io: Io): Promise<number> {
  const found = await findSession(stateDir(io.env), options.session);
  const processes = new Lookup();
  const look = () => lookAtSession(found.dir, {clock: io.clock, processes});
  const {status, owner} = await look();
  if (!owner) return afterItsOwner(found, status, io);
  await signal(found, owner, options.kill, processes);
  const session = await over(look, options.waitMs, io);
  if (!session) throw stillRunning(found, owner, options);
  await print(io, `session ${found.id} is over: ${session.status}\n`);
  return EXIT.ok;
}

/** The second signal differs from the first, so that it is not taken for the same one once more. */
async function signal({id}: FoundSession, owner: LockOwner, kill: boolean, processes: Lookup): Promise<void> {
  if (owner.pid === 0 || owner.host !== hostname()) {
    const where =
      owner.pid === 0 ? 'a process that is just starting' : `process ${owner.pid} on ${owner.host}`;
    throw new OneshotError(
      'SESSION_LOCKED',
      `the session ${id} is held by ${where}`,
      owner.pid === 0 ? 'Try again.' : `Run oneshot stop ${id} there.`,
    );
  }
  await processes.signal(owner, 'SIGINT');
  if (kill) await processes.signal(owner, 'SIGTERM');
}

/** null: it is not over after `waitMs`. */
async function over(
  look: () => Promise<ListedSession>,
  waitMs: number,
  {clock}: Io,
): Promise<ListedSession | null> {
  const endMs = clock.monotonicMs() + waitMs;
  for (;;) {
    const session = await look();
    if (!session.owner) return session;
    if (clock.monotonicMs() >= endMs) return null;
    await new Promise<void>((settle) => clock.after(POLL_MS, settle));
  }
}

function stillRunning({id}: FoundSession, {pid}: LockOwner, {kill, waitMs}: StopOptions): OneshotError {
  return new OneshotError(
    'SESSION_LOCKED',
    `the session ${id} still runs in process ${pid}, ${durationText(waitMs)} after it was asked to stop`,
    kill ? `Wait, or end process ${pid} yourself.` : `Wait, or use oneshot stop --kill ${id}.`,
  );
}

/**
 * Its oneshot ended, or died and may have left processes behind.
 * @throws OneshotError UNREADABLE_FILE when its log cannot be read
 */
async function afterItsOwner(
  {id, dir}: FoundSession,
  status: ListedSession['status'],
  io: Io,
): Promise<number> {
  const why = UNCERTAIN_ENDS[status];
  if (why === undefined) {
    await print(io, `session ${id} is over: ${status}\n`);
    return EXIT.ok;
  }
  const {ended, survivors, failed} = await endStrays(await marksOf(dir), {clock: io.clock});
  const said = [
    `session ${id} is over: ${why}\n`,
    ended.length > 0 ? `ended what it had left running, ${processList(ended)}\n` : '',
    survivors.length > 0 ? `could not end ${processList(survivors)}\n` : '',
    failed === null ? '' : `processes that it left running could not be looked for: ${failed}\n`,
  ];
  await print(io, said.join(''));
  return survivors.length > 0 || failed !== null ? EXIT.failed : EXIT.ok;
}

/** How a session stands that may have left something running, in words. */
const UNCERTAIN_ENDS: Partial<Record<ListedSession['status'], string>> = {
  crashed: 'its oneshot has died',
  damaged: 'its log is damaged and does not tell for certain how',
};
