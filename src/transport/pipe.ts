import type {Readable} from 'node:stream';
import {superviseChild} from './child.ts';
import {PipeSource} from './pipe-source.ts';
import type {Platform} from './platform.ts';
import {Reading} from './reading.ts';
import {startProcess} from './start.ts';
import type {Child, ChunkHandler, SpawnRequest} from './transport.ts';

/** Both streams on pipes. */
export async function spawnPipe(
  request: SpawnRequest,
  onChunk: ChunkHandler,
  platform: Platform,
  why: {reason: string; warning: string | null},
): Promise<Child> {
  const child = await startProcess(request, platform, 'pipe', 'pipe');
  const reading = new Reading(onChunk);
  reading.add(new PipeSource(child.stdout as Readable, 'stdout', reading));
  reading.add(new PipeSource(child.stderr as Readable, 'stderr', reading));
  return superviseChild(child, reading, platform, {
    transport: 'pipe',
    transportReason: why.reason,
    transportWarning: why.warning,
  });
}
