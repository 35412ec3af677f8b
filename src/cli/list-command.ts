/** `oneshot list`: recorded sessions on stdout, newest first. */
import {listSessions} from '../session/list.ts';
import {stateDir} from '../session/state-dir.ts';
import {sessionLines} from '../view/session-list.ts';
import {EXIT} from './exit-code.ts';
import type {Io} from './io.ts';
import {print} from './output.ts';
import {processLookup} from './processes.ts';
import type {ListCommandOptions} from './session-options.ts';

export async function listCommand({json, limit, status}: ListCommandOptions, io: Io): Promise<number> {
  const {clock} = io;
  const processes = processLookup();
  const list = await listSessions(stateDir(io.env), {
    limit,
    ...(status && {status}),
    clock,
    processes,
  });
  if (json) {
    await print(io, `${JSON.stringify(list, null, 2)}\n`);
    return EXIT.ok;
  }
  if (list.sessions.length > 0) await print(io, `${sessionLines(list.sessions, clock.now()).join('\n')}\n`);
  else io.stderr.write(status === null ? 'there is no session yet\n' : `no session is ${status}\n`);
  if (list.older > 0) io.stderr.write(`older sessions that are not shown: ${list.older}; see --limit\n`);
  return EXIT.ok;
}
