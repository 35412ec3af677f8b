import type {Readable} from 'node:stream';
import {messageOf} from '../error.ts';
import {superviseChild} from './child.ts';
import type {OpenPty} from './openpty.ts';
import {PipeSource} from './pipe-source.ts';
import type {Platform} from './platform.ts';
import {PtySource} from './pty-source.ts';
import {Reading} from './reading.ts';
import {startProcess} from './start.ts';
import type {Child, ChunkHandler, SpawnRequest} from './transport.ts';

/** A PTY ready to be given to a child, or why there is none. */
export type Terminal = {slave: number; stdout: PtySource; reading: Reading} | {unavailable: string};

export async function openTerminal(openPty: OpenPty, onChunk: ChunkHandler): Promise<Terminal> {
  const pty = await openPty();
  if ('unavailable' in pty) return pty;
  const reading = new Reading(onChunk);
  try {
    return {slave: pty.slave, stdout: new PtySource(pty, reading), reading};
  } catch (error) {
    return {unavailable: messageOf(error)};
  }
}

/** stdout alone on the PTY; stderr on a pipe of its own, so that the two never mix. */
export async function spawnPty(
  request: SpawnRequest,
  platform: Platform,
  {slave, stdout, reading}: Exclude<Terminal, {unavailable: string}>,
): Promise<Child> {
  const child = await startProcess(request, platform, slave, 'pipe').catch((error) => {
    stdout.close();
    throw error;
  });
  reading.add(stdout);
  reading.add(new PipeSource(child.stderr as Readable, 'stderr', reading));
  return superviseChild(child, reading, platform, {
    transport: 'pty',
    transportReason: 'stdout is a pseudo-terminal, on which a slow reader costs no output',
    transportWarning: null,
  });
}
