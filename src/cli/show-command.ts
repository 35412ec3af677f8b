/** `oneshot show`: all there is to know of a session, or its events, on stdout. */
import {type FoundSession, findSession} from '../session/find.ts';
import {eventsPath, isDamaged, noGaps, readEvents, requireFile, unreadable} from '../session/read.ts';
import {stateDir} from '../session/state-dir.ts';
import {follow} from '../view/follow.ts';
import {metricsLines} from '../view/metrics-lines.ts';
import {reportSession} from '../view/session-report.ts';
import {summaryLines} from '../view/summary-lines.ts';
import {Transcript} from '../view/transcript.ts';
import {EXIT} from './exit-code.ts';
import type {Io} from './io.ts';
import {outputFailed, print} from './output.ts';
import {processLookup} from './processes.ts';
import type {ShowOptions} from './session-options.ts';

export async function showCommand({session, events, metrics, json}: ShowOptions, io: Io): Promise<number> {
  const found = await findSession(stateDir(io.env), session);
  if (metrics && !json) return showMetrics(found, io);
  if (!events) return showSummary(found, json, io);
  return json ? copyLog(found, io) : showEvents(found, io);
}

async function showMetrics(found: FoundSession, io: Io): Promise<number> {
  const lines = metricsLines(await reportSession(found, {clock: io.clock, processes: processLookup()}));
  if (lines.length > 0) await print(io, `${lines.join('\n')}\n`);
  else
    io.stderr.write('nothing was measured in this session; --metrics or ONESHOT_METRICS=1 measures a run\n');
  return EXIT.ok;
}

async function showSummary(found: FoundSession, json: boolean, io: Io): Promise<number> {
  const report = await reportSession(found, {clock: io.clock, processes: processLookup()});
  const text = json ? JSON.stringify(report, null, 2) : summaryLines(report, report).join('\n');
  await print(io, `${text}\n`);
  return EXIT.ok;
}

async function copyLog({dir}: FoundSession, io: Io): Promise<number> {
  const path = eventsPath(dir);
  await requireFile(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  const end = await follow(path, io.stdout).finish();
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
