/** `oneshot export`: a recorded session as a document, its log, a terminal recording or the result. */
import {createReadStream} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {messageOf, OneshotError} from '../error.ts';
import {type FoundSession, findSession} from '../session/find.ts';
import {
  eventsPath,
  isDamaged,
  noGaps,
  type ReadGaps,
  readEvents,
  requireFile,
  unreadable,
} from '../session/read.ts';
import {emptyState, fold} from '../session/state.ts';
import {stateDir} from '../session/state-dir.ts';
import {stripControl} from '../text.ts';
import {asciicast} from '../view/asciicast.ts';
import {MarkdownLog} from '../view/markdown.ts';
import {problemLine} from '../view/problem.ts';
import {EXIT} from './exit-code.ts';
import type {ExportOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {asLines, print} from './output.ts';

/** Terminal of a recording whose session was shown on none. */
const TERMINAL = {columns: 100, rows: 30};

/** Characters written at a time. */
const BATCH_CHARS = 64 * 1024;

type Piece = string | Buffer;

export async function exportCommand({session, format, path}: ExportOptions, io: Io): Promise<number> {
  const found = await findSession(stateDir(io.env), session);
  const gaps = noGaps();
  const exported = FORMATS[format](found, gaps);
  if (path === null) await writeToStdout(exported, io, format === 'result');
  else await writeToFile(exported, path);
  if (isDamaged(gaps)) io.stderr.write(`${damageLine(found.id)}\n`);
  return EXIT.ok;
}

type Format = (session: FoundSession, gaps: ReadGaps) => AsyncIterable<Piece>;

const FORMATS: Readonly<Record<ExportOptions['format'], Format>> = {
  md: ({dir}, gaps) => batched(markdown(dir, gaps)),
  jsonl: ({dir}) => wholeLines(dir),
  asciicast: ({dir}, gaps) => batched(asciicast(readEvents(dir, {gaps}), TERMINAL)),
  result: resultOf,
};

async function* markdown(dir: string, gaps: ReadGaps): AsyncGenerator<string> {
  const log = new MarkdownLog();
  let hasBegun = false;
  for await (const event of readEvents(dir, {gaps})) {
    const text = log.add(event);
    yield hasBegun ? text : text.replace(/^\n/, '');
    hasBegun ||= text !== '';
  }
  yield log.end();
}

/** The log as it is, but for a last line without an end. */
async function* wholeLines(dir: string): AsyncGenerator<Buffer> {
  const path = eventsPath(dir);
  let pending: Buffer[] = [];
  try {
    await requireFile(path);
    for await (const chunk of createReadStream(path, {highWaterMark: 256 * 1024}) as AsyncIterable<Buffer>) {
      const end = chunk.lastIndexOf(0x0a) + 1;
      if (end > 0) yield Buffer.concat([...pending, chunk.subarray(0, end)]);
      if (end > 0) pending = [];
      if (end < chunk.length) pending.push(chunk.subarray(end));
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** @throws OneshotError NO_RESULT */
async function* resultOf({id, dir}: FoundSession, gaps: ReadGaps): AsyncGenerator<string> {
  const state = emptyState();
  for await (const event of readEvents(dir, {gaps})) fold(state, event);
  if (state.workerText === null) {
    const nextStep = `See what there is: oneshot export ${id} --format md.`;
    throw new OneshotError('NO_RESULT', `the session ${id} has no result`, nextStep);
  }
  yield asLines(state.workerText);
}

async function* batched(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let batch = '';
  for await (const piece of pieces) {
    batch += piece;
    if (batch.length < BATCH_CHARS) continue;
    yield batch;
    batch = '';
  }
  yield batch;
}

/** Until the reader is gone. What an agent said may hold control sequences; a file keeps them. */
async function writeToStdout(pieces: AsyncIterable<Piece>, io: Io, isRaw: boolean): Promise<void> {
  const strips = isRaw && io.stdout.isTTY === true;
  for await (const piece of pieces) {
    if (!(await print(io, strips ? stripControl(String(piece)) : piece))) return;
  }
}

/** @throws OneshotError OUTPUT_FAILED */
async function writeToFile(pieces: AsyncIterable<Piece>, path: string): Promise<void> {
  let file: FileHandle | null = null;
  try {
    for await (const piece of pieces) {
      // Not sooner: a session that has nothing to export leaves the file as it was.
      file ??= await open(path, 'w', 0o600);
      await file.writeFile(piece);
    }
    file ??= await open(path, 'w', 0o600);
    await file.close();
  } catch (cause) {
    await file?.close().catch(() => {});
    if (cause instanceof OneshotError) throw cause;
    const message = `${path} could not be written: ${messageOf(cause)}`;
    throw new OneshotError('OUTPUT_FAILED', message, 'Give --output a file that can be.', {cause});
  }
}

function damageLine(id: string): string {
  const message = `the log of the session ${id} is damaged; what could be read of it was exported`;
  return problemLine('SESSION_DAMAGED', message, 'What it says of its end is not certain.');
}
