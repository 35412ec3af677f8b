/** What `explain.ts` has found, as lines that a person can act on. */
import {EVIDENCE_KINDS} from '../activity/evidence.ts';
import {secondsText} from '../activity/seconds.ts';
import type {Outcome} from '../event.ts';
import {isDamaged, type ReadGaps} from '../session/read.ts';
import {stripControl} from '../text.ts';
import type {RunEnd, RunExplained, SessionExplained, StopExplained} from './explain.ts';
import {duration, processList} from './format.ts';
import {adviceAfter, adviceFor} from './problem.ts';

export interface ExplainContext {
  /** The session folder. */
  dir: string;
  /** ms since the epoch. */
  nowMs: number;
  /** What of the log could not be read. */
  gaps: ReadGaps;
}

export function explanationLines(explained: SessionExplained, context: ExplainContext): string[] {
  const {session, title, runs} = explained;
  return [
    `session ${session ?? 'without events'}${title === null ? '' : `: ${title}`}`,
    `recorded in ${context.dir}`,
    ...runs.flatMap((run) => ['', ...runLines(run)]),
    '',
    endingLine(explained, context),
    ...gapLines(context),
    `next: ${nextStep(explained, context)}`,
  ].map(stripControl);
}

function runLines(run: RunExplained): string[] {
  const {iteration, role, executor, agentVersion, durationMs, end} = run;
  const agent = [executor, agentVersion].filter(Boolean).join(' ');
  const ended = end === null ? 'no end in the log' : `${end.outcome}: ${withoutEvidence(end.reason)}`;
  const facts: (readonly [label: string, fact: string | null])[] = [
    ['evidence', evidenceFact(run)],
    [
      'retried',
      repeated(run.retries, ({error, status}) => `${error}${status === null ? '' : ` (${status})`}`),
    ],
    ['asked', repeated(run.asks, ({ask, text}) => `a ${ask}: ${text}`)],
    ['quiet', repeated(run.suspected, quietFact)],
    ['extended', repeated(run.extended, extensionFact)],
    ['stopped', run.stop && stopFact(run.stop)],
    ['signals', run.signals.map(({signal, afterMs}) => `${signal} at ${duration(afterMs)}`).join(', ')],
    ['left', sweptFact(run)],
    ['exit', run.end && exitFact(run.end)],
    ['recovered', run.end && recoveredFact(run.end)],
    ['check', run.check && `${run.check.result}: ${run.check.check}`],
    ['then', run.followedBy && followingFact(run.followedBy)],
    ['verdict', run.verdict && `${run.verdict.verdict ?? 'unclear'}: ${run.verdict.reason}`],
  ];
  const known = facts.filter(([, fact]) => fact);
  return [
    `${role} ${iteration}: ${agent}, ${duration(durationMs)}, ${ended}`,
    ...known.map(([label, fact]) => `  ${label.padEnd(LABEL_CHARS)}${fact}`),
  ];
}

const LABEL_CHARS = 11;

/** The evidence has a line of its own. */
function withoutEvidence(reason: string): string {
  return reason.replace(/; last evidence: .*/, '');
}

function evidenceFact({lastEvidence, stop}: RunExplained): string {
  const before = stop ? 'before the stop' : 'before the end';
  const seen = EVIDENCE_KINDS.flatMap((kind) => {
    const last = lastEvidence[kind];
    return last ? [`${kind}: ${last.what}, ${secondsText(last.agoMs)} ${before}`] : [];
  });
  return seen.length === 0 ? 'none' : seen.join('; ');
}

function repeated<T extends {times: number; afterMs: number}>(
  what: T | null,
  fact: (what: T) => string,
): string | null {
  if (!what) return null;
  const {times, afterMs} = what;
  return `${times === 1 ? '' : `${times} times, last `}at ${duration(afterMs)}: ${fact(what)}`;
}

function quietFact({clock, silentMs, limitMs}: NonNullable<RunExplained['suspected']>): string {
  return `for ${secondsText(silentMs)}; the ${clock} limit is ${secondsText(limitMs)}`;
}

function extensionFact({clock, limitMs, reason}: NonNullable<RunExplained['extended']>): string {
  return `past the ${clock} limit of ${secondsText(limitMs)}, because ${reason}`;
}

function stopFact(stop: StopExplained): string {
  const limit = stop.limitMs === null ? '' : ` (${secondsText(stop.limitMs)})`;
  const causes = {
    clock: `by the ${stop.clock} clock${limit}`,
    ask: 'because nobody answered its question',
    budget: 'because the budget was used up',
    cancel: 'by the user',
  };
  return `at ${duration(stop.afterMs)} ${causes[stop.cause]}`;
}

function followingFact({how, executor, delayMs}: NonNullable<RunExplained['followedBy']>): string {
  const after = delayMs === 0 ? '' : `, after ${duration(delayMs)}`;
  switch (how) {
    case 'resume':
      return `run again in its own session${after}`;
    case 'again':
      return `run again in a new session${after}`;
    case 'fallback':
      return `${executor} took over${after}`;
    default:
      return how satisfies never;
  }
}

function sweptFact({swept: {ended, survivors, kept}}: RunExplained): string {
  const parts = [
    ended.length > 0 ? `ended ${processList(ended)}` : '',
    survivors.length > 0 ? `could not end ${processList(survivors)}` : '',
    kept.length > 0 ? `kept ${processList(kept)}` : '',
  ];
  return parts.filter(Boolean).join('; ');
}

function exitFact({exitCode, signal}: RunEnd): string {
  if (signal !== null) return `signal ${signal}`;
  return exitCode === null ? 'unknown' : `code ${exitCode}`;
}

/** Only an end that the output does not tell is looked for elsewhere. */
const BROKEN_OFF: readonly Outcome[] = ['stalled', 'timed-out', 'truncated'];

function recoveredFact({recovered, outcome, signal}: RunEnd): string | null {
  if (recovered) return "yes: the end is from the agent's own files";
  return BROKEN_OFF.includes(outcome) || (outcome === 'failed' && signal !== null) ? 'no' : null;
}

function endingLine({ending, lastEventAt}: SessionExplained, {nowMs, gaps}: ExplainContext): string {
  const word = isDamaged(gaps)
    ? 'damaged: the log is not what was written; it says that the session ended'
    : 'ended';
  if (ending) return `${word} ${ending.ending}: ${withoutEvidence(ending.reason)}`;
  if (lastEventAt === null) return 'nothing was recorded';
  return `no end in the log; its last event is ${duration(nowMs - lastEventAt)} old`;
}

function gapLines({gaps: {torn, skippedLines, misplacedLines, lostBytes}}: ExplainContext): string[] {
  return [
    ...(torn ? ['the last line of the log is unfinished and was left out'] : []),
    ...(skippedLines > 0 ? [`lines of the log that could not be read: ${skippedLines}`] : []),
    ...(misplacedLines > 0 ? [`lines of the log that are out of order: ${misplacedLines}`] : []),
    ...(lostBytes > 0 ? [`bytes of the log that are gone: ${lostBytes}`] : []),
  ];
}

/** One line for a person. */
export function nextStep(explained: SessionExplained, {dir, gaps}: ExplainContext): string {
  const survivors = explained.runs.flatMap(({swept}) => swept.survivors).map(({pid}) => pid);
  const clean =
    survivors.length === 0 ? '' : `Look for these processes and end them: ${survivors.join(', ')}. `;
  const step = isDamaged(gaps) ? DAMAGED_STEP : stepAfter(explained, dir);
  return `${clean}${step}`;
}

const DAMAGED_STEP = 'Do not rely on what the log says: check the work itself, and the disk.';

function stepAfter(explained: SessionExplained, dir: string): string {
  const {ending, isTask, audit, runs} = explained;
  const last = runs.at(-1);
  const session = explained.session ?? 'ID';
  if (!ending) return isTask ? openStep(session) : 'If no oneshot is at work on it any more, run it again.';
  switch (ending.ending) {
    case 'verified':
      return 'Nothing: the work is verified.';
    case 'failed':
      return last ? adviceAfterRun(last, dir) : 'Correct what the reason says, and run it again.';
    case 'unverified':
      if (!isTask) return 'Nothing: the program came to its end.';
      return audit ? adviceFor('unverified', session) : 'Look at the work: nobody else has judged it.';
    default:
      return isTask ? adviceFor(ending.ending, session) : 'Run it again when you want to.';
  }
}

function openStep(session: string): string {
  return `If no oneshot is at work on it any more, it was killed: oneshot resume ${session} goes on with it.`;
}

function adviceAfterRun({stop, iteration, role, end}: RunExplained, dir: string): string {
  const advice = adviceAfter(stop);
  if (advice !== null) return advice;
  const output = `${dir}/${iteration}/${role}`;
  const what = end?.outcome === 'truncated' ? 'Run it again; what' : 'What';
  return `${what} it said last is in ${output}.stdout and ${output}.stderr.`;
}
