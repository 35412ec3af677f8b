/** `oneshot path`: the folder of a session, on stdout. */
import {findSession} from '../session/find.ts';
import {stateDir} from '../session/state-dir.ts';
import {EXIT} from './exit-code.ts';
import type {Io} from './io.ts';
import {print} from './output.ts';

export async function pathCommand({session}: {session: string}, io: Io): Promise<number> {
  const {dir} = await findSession(stateDir(io.env), session);
  await print(io, `${dir}\n`);
  return EXIT.ok;
}
