/** `oneshot show`: all there is to know of a session, or its events, on stdout. */
import {readdirSync, statSync} from 'node:fs';
import {join, sep} from 'node:path';
import {type FoundSession, findSession} from '../session/find.ts';
import {lookAtSession} from '../session/list.ts';
import {eventsPath, isDamaged, noGaps, readEvents} from '../session/read.ts';
import {CHANGES_FOLDER, stateDir} from '../session/state-dir.ts';
import {follow} from '../view/follow.ts';
import {Summary} from '../view/summary.ts';
import {type RecordedFile, summaryLines} from '../view/summary-lines.ts';
import {Transcript} from '../view/transcript.ts';
import {EXIT} from './exit-code.ts';
import type {Io} from './io.ts';
import {outputFailed, print} from './output.ts';
import {processLookup} from './processes.ts';
import type {ShowOptions} from './session-options.ts';

export async function showCommand({session, events, json}: ShowOptions, io: Io): Promise<number> {
  const found = await findSession(stateDir(io.env), session);
  if (!events) return showSummary(found, json, io);
  return json ? copyLog(found, io) : showEvents(found, io);
}

async function showSummary({id, dir}: FoundSession, json: boolean, io: Io): Promise<number> {
  const gaps = noGaps();
  const summary = new Summary();
  for await (const event of readEvents(dir, {gaps})) summary.see(event);
  const looked = await lookAtSession(dir, {clock: io.clock, processes: processLookup()});
  const {owner} = looked;
  const status = !owner && isDamaged(gaps) ? 'damaged' : looked.status;
  const context = {id, dir, status, owner, gaps, files: recordedFiles(dir)};
  const result = summary.result();
  const text = json
    ? JSON.stringify({...context, ...result}, null, 2)
    : summaryLines(result, context).join('\n');
  await print(io, `${text}\n`);
  return EXIT.ok;
}

/** Not what is kept there to compare the worktree with, which is no recording. */
function recordedFiles(dir: string): RecordedFile[] {
  const kept = join(dir, CHANGES_FOLDER);
  return readdirSync(dir, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && !`${entry.parentPath}${sep}`.startsWith(`${kept}${sep}`))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({
      path: path.slice(dir.length + 1),
      bytes: statSync(path, {throwIfNoEntry: false})?.size ?? 0,
    }))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

async function copyLog({dir}: FoundSession, io: Io): Promise<number> {
  const end = await follow(eventsPath(dir), io.stdout).finish();
  if (end.end === 'failed') throw outputFailed(end.error);
  return EXIT.ok;
}

async function showEvents({dir}: FoundSession, io: Io): Promise<number> {
  const gaps = noGaps();
  const transcript = new Transcript({verbosity: 'debug', agentOutput: true});
  let lineIsOpen = false;
  for await (const event of readEvents(dir, {gaps})) {
    let text = '';
    for (const piece of transcript.pieces(event)) {
      const begins = lineIsOpen && piece.kind !== 'text' ? '\n' : '';
      const said = piece.kind === 'break' ? '' : piece.text;
      text += begins + (piece.kind === 'line' ? `${said}\n` : said);
      lineIsOpen = piece.kind === 'text' && (said === '' ? lineIsOpen : !said.endsWith('\n'));
    }
    if (!(await print(io, text))) return EXIT.ok;
  }
  if (lineIsOpen) await print(io, '\n');
  if (isDamaged(gaps)) io.stderr.write('lines of the log are missing or changed; see oneshot show\n');
  return EXIT.ok;
}
