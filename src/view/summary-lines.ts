/** What `summary.ts` has found, as lines for a person. */
import type {AgentPlan, AuditedCriterion} from '../event.ts';
import type {LockOwner} from '../session/lock.ts';
import type {ReadGaps} from '../session/read.ts';
import type {SessionStatus} from '../session/status.ts';
import {stripControl} from '../text.ts';
import {duration, usageParts} from './format.ts';
import type {IterationSummary, RunSummary, SessionSummary} from './summary.ts';

/** A file of the recording. */
export interface RecordedFile {
  /** Within the session folder. */
  path: string;
  bytes: number;
}

export interface SummaryContext {
  id: string;
  /** The session folder. */
  dir: string;
  status: SessionStatus;
  /** Who is at work on it, or null. */
  owner: LockOwner | null;
  gaps: ReadGaps;
  files: readonly RecordedFile[];
}

const MAX_TEXT_CHARS = 4_000;
const LABEL_CHARS = 10;

export function summaryLines(summary: SessionSummary, context: SummaryContext): string[] {
  const {task, argv, cwd, worker, auditor, instructions, resumes, usage, ending, startedAt, lastEventAt} =
    summary;
  const facts: (readonly [label: string, fact: string | null | undefined | false])[] = [
    ['status', statusFact(context)],
    ['reason', ending?.reason],
    ['task', task],
    ['program', task === null && argv !== null && argv.join(' ')],
    ...instructions.map((added) => ['added', added] as const),
    ['folder', cwd],
    ['worker', worker && agentFact(worker)],
    ['auditor', auditor && agentFact(auditor)],
    ['began', startedAt !== null && new Date(startedAt).toISOString()],
    ['took', startedAt !== null && lastEventAt !== null && duration(lastEventAt - startedAt)],
    ['resumed', resumes > 0 && `${resumes} ${resumes === 1 ? 'time' : 'times'}`],
    ['usage', usageParts(usage).join(', ')],
    ['changed', summary.changedFiles.join(', ')],
    ...summary.warnings.map(({code, text}) => ['warning', `${code}: ${text}`] as const),
    ['recorded', context.dir],
    ...context.files.map(({path, bytes}) => ['', `${path} (${bytes} bytes)`] as const),
    ...gapFacts(context.gaps),
  ];
  return [
    `session ${context.id}`,
    ...facts.flatMap(([label, fact]) => (fact ? labelled(label, fact) : [])),
    ...summary.iterations.flatMap(iterationLines),
    ...textLines(summary.text),
  ];
}

function labelled(label: string, fact: string): string[] {
  const [first = '', ...more] = stripControl(fact).split('\n');
  const blank = ' '.repeat(LABEL_CHARS);
  return [`${label.padEnd(LABEL_CHARS)}${first}`, ...more.map((line) => `${blank}${line}`)];
}

const STATUS_WORDS: Partial<Record<SessionStatus, string>> = {
  crashed: 'crashed: it has no end and nobody is at work on it',
  damaged: 'damaged: lines of its log are missing or changed, so that what follows is not certain',
};

function statusFact({status, owner}: SummaryContext): string {
  if (owner) return `running in process ${owner.pid} since ${new Date(owner.at).toISOString()}`;
  return STATUS_WORDS[status] ?? status;
}

function agentFact({executor, model, permissionMode}: AgentPlan): string {
  return [executor, model, `permission mode ${permissionMode}`].filter(Boolean).join(', ');
}

function gapFacts({torn, skippedLines, misplacedLines, lostBytes}: ReadGaps) {
  const facts = [
    torn && 'its last line is unfinished',
    skippedLines > 0 && `lines that are no events: ${skippedLines}`,
    misplacedLines > 0 && `lines out of order: ${misplacedLines}`,
    lostBytes > 0 && `bytes that are gone: ${lostBytes}`,
  ];
  return facts.flatMap((fact) => (fact ? [['log', fact] as const] : []));
}

function iterationLines({iteration, runs, checks, verdict}: IterationSummary): string[] {
  const heading = iteration === 0 ? [] : ['', `iteration ${iteration}`];
  const said = verdict && [
    `  verdict ${verdict.verdict ?? 'unclear'}: ${verdict.reason}`,
    ...verdict.criteria.map(criterionLine),
    ...(verdict.feedback === null ? [] : [`  feedback: ${verdict.feedback}`]),
  ];
  const agents = runs.filter(({role}) => role !== 'check');
  return [...heading, ...agents.map(runLine), ...checks.map(checkLine), ...(said ?? [])].map(stripControl);
}

function checkLine({check, result, reason, durationMs}: IterationSummary['checks'][number]): string {
  const why = result === 'green' ? '' : `: ${reason}`;
  return `  check ${result}: ${check} (${duration(durationMs)})${why}`;
}

const MET_WORDS = {true: 'met', false: 'not met', null: 'not told'} as const;

function criterionLine({criterion, met, evidence}: AuditedCriterion): string {
  return `    ${MET_WORDS[`${met}`]}: ${criterion}${evidence === null ? '' : ` (${evidence})`}`;
}

function runLine(run: RunSummary): string {
  const {role, executor, agentVersion, model, durationMs, toolCalls, failedToolCalls, usage, end} = run;
  const failed = failedToolCalls > 0 ? `, ${failedToolCalls} failed` : '';
  const facts = [
    [executor, agentVersion].filter(Boolean).join(' '),
    model,
    duration(durationMs),
    toolCalls > 0 && `${toolCalls} tool ${toolCalls === 1 ? 'call' : 'calls'}${failed}`,
    ...usageParts(usage),
  ];
  const ended = end
    ? `${end.outcome}${end.outcome === 'completed' ? '' : `: ${end.reason}`}`
    : 'no end in the log';
  return `  ${role ?? 'program'} ${ended} (${facts.filter(Boolean).join(', ')})`;
}

function textLines(text: string | null): string[] {
  if (text === null || text.trim() === '') return [];
  const shown = text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}…` : text;
  return [
    '',
    "worker's final words:",
    ...shown
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}
