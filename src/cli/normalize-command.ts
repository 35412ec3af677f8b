/** `oneshot normalize`: recorded output of an agent in, event lines on stdout, the last one the end that the facts give. */
import type {EndFacts, ExecutorName, Installation} from '../executor/executor.ts';
import {normalizeRecording} from '../executor/normalize.ts';
import {executorByName} from '../executor/registry.ts';
import {createDecoder} from '../frame/decoder.ts';
import {DEFAULT_MAX_FRAME_BYTES} from '../frame/frame.ts';
import {EXIT} from './exit-code.ts';
import type {NormalizeOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {openFile} from './open-file.ts';
import {print} from './output.ts';

/** Lines written at a time, in characters. */
const BATCH_CHARS = 64 * 1024;

/** Enough of a recording to tell which generation of an agent wrote it. */
const HEAD_BYTES = 64 * 1024;

export async function normalizeCommand(options: NormalizeOptions, io: Io): Promise<number> {
  const {executor: name, path, stderrPath} = options;
  const stdout = path === null ? io.stdin : await openFile(path);
  const stderr = stderrPath === null ? [] : await openFile(stderrPath);
  const {head, all} = await headOf(stdout);
  const events = normalizeRecording({
    executor: executorByName(name),
    installation: installationOf(name, head),
    stdout: all,
    stderr,
    end: endOf(options),
    maxFrameBytes: DEFAULT_MAX_FRAME_BYTES,
  });
  let batch = '';
  for await (const event of events) {
    batch += `${JSON.stringify(event)}\n`;
    if (batch.length < BATCH_CHARS) continue;
    if (!(await print(io, batch))) return EXIT.ok;
    batch = '';
  }
  await print(io, batch);
  return EXIT.ok;
}

function endOf({exitCode, exitSignal, stopped}: NormalizeOptions): EndFacts {
  return {exitCode, signal: exitSignal, stopped, stopOutcome: 'canceled', stopReason: null};
}

/** The beginning of a stream, and the whole of it. */
async function headOf(stream: AsyncIterable<Buffer>): Promise<{head: Buffer; all: AsyncIterable<Buffer>}> {
  const chunks = stream[Symbol.asyncIterator]();
  const taken: Buffer[] = [];
  let bytes = 0;
  while (bytes < HEAD_BYTES) {
    const {done, value} = await chunks.next();
    if (done) break;
    taken.push(value);
    bytes += value.length;
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield* taken;
    yield* {[Symbol.asyncIterator]: () => chunks};
  }
  return {head: Buffer.concat(taken), all: all()};
}

/** Types of the JSON lines that only one generation of Cline writes. */
const CLINE_2_TYPES = ['task_started', 'say', 'ask'];

function installationOf(executor: ExecutorName, head: Buffer): Installation {
  const adapter = executor === 'cline' ? clineAdapterOf(head) : executor;
  return {executor, adapter, program: [executor], version: null};
}

function clineAdapterOf(head: Buffer): 'cline-2' | 'cline-3' {
  const decoder = createDecoder();
  const frames = [...decoder.feed(head), ...decoder.end()];
  const isOfCline2 = frames.some(
    (frame) => frame.kind === 'json' && CLINE_2_TYPES.includes(String(frame.value.type)),
  );
  return isOfCline2 ? 'cline-2' : 'cline-3';
}
