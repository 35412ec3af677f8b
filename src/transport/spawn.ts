import {spawnBuffered} from './buffered.ts';
import {type OpenPty, openPty} from './openpty.ts';
import {spawnPipe} from './pipe.ts';
import {type Platform, platformOf} from './platform.ts';
import {openTerminal, spawnPty} from './pty.ts';
import type {Child, ChunkHandler, SpawnRequest} from './transport.ts';

export interface SpawnDeps {
  /** @default the one this runs on */
  platform?: Platform;
  /** @default through koffi */
  openPty?: OpenPty;
}

/**
 * Starts a program on the transport asked for. `auto` and `pty` fall back to a pipe, with a warning, where no PTY can be
 * had. `onChunk` is not called before the returned promise has settled.
 * @throws OneshotError AGENT_NOT_FOUND, CWD_UNUSABLE, SPAWN_FAILED, STATE_UNWRITABLE
 */
export function spawnChild(
  request: SpawnRequest,
  onChunk: ChunkHandler,
  deps: SpawnDeps = {},
): Promise<Child> {
  const platform = deps.platform ?? platformOf(process.platform);
  switch (request.transport) {
    case 'auto':
    case 'pty':
      return spawnPtyOrPipe(request, onChunk, platform, deps.openPty ?? openPty);
    case 'pipe':
      return spawnPipe(request, onChunk, platform, {reason: 'a pipe was asked for', warning: null});
    case 'buffered':
      return spawnBuffered(request, onChunk, platform);
  }
}

async function spawnPtyOrPipe(
  request: SpawnRequest,
  onChunk: ChunkHandler,
  platform: Platform,
  open: OpenPty,
): Promise<Child> {
  const {noPty} = platform;
  const terminal = noPty === null ? await openTerminal(open, onChunk) : {unavailable: noPty};
  if (!('unavailable' in terminal)) return spawnPty(request, platform, terminal);
  const reason = `no pseudo-terminal: ${terminal.unavailable}`;
  const warning = `${reason}; output goes through a pipe, where an agent can lose the end of it when it is read slowly`;
  return spawnPipe(request, onChunk, platform, {reason, warning});
}
