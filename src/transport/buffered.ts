import {superviseChild} from './child.ts';
import type {Platform} from './platform.ts';
import {Spool} from './spool.ts';
import {startProcess} from './start.ts';
import type {Child, ChunkHandler, SpawnRequest} from './transport.ts';

/**
 * Both streams into files, handed on after the exit.
 * @throws OneshotError STATE_UNWRITABLE when the spool files cannot be made
 */
export async function spawnBuffered(
  request: SpawnRequest,
  onChunk: ChunkHandler,
  platform: Platform,
): Promise<Child> {
  const spool = await Spool.open(request.spoolDir, onChunk);
  const child = await startProcess(request, platform, ...spool.targets).catch(async (error) => {
    await spool.remove();
    throw error;
  });
  return superviseChild(child, spool, platform, {
    transport: 'buffered',
    transportReason: 'streaming is off: output is spooled to disk and read after the exit',
    transportWarning: null,
  });
}
