/** How late an unrelated process gets to do its work. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';

export interface Lateness {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Starts one; what it returns ends it and tells. */
export async function startBeside(): Promise<() => Promise<Lateness>> {
  const program = join(import.meta.dirname, 'lateness.mjs');
  const child = spawn(process.execPath, [program], {stdio: ['pipe', 'pipe', 'inherit']});
  await once(child, 'spawn');
  return async () => {
    child.stdin.end();
    return JSON.parse(await text(child.stdout)) as Lateness;
  };
}
