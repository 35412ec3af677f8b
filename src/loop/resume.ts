/** Where an interrupted session goes on: decided from the state of its log alone. */
import {OneshotError} from '../error.ts';
import type {LoopRules} from '../event.ts';
import {redOf, type SessionState} from '../session/state.ts';
import {usedUp} from './budget.ts';

/** What is done first. */
export type ResumePoint = {
  /** For a person, one line. */
  why: string;
} & (
  | {
      next: 'work';
      /** Whether it opens an iteration; else the one that the log ended in goes on. */
      isNew: boolean;
      /** `first`: nobody has worked in this iteration. `again`: somebody was interrupted. Else as the words say. */
      reason: 'first' | 'again' | 'retry' | 'instructions';
    }
  /** The work is there and its checks have not all been run. */
  | {next: 'check'}
  /** The checks have spoken and nothing has followed from it. */
  | {next: 'obey-checks'}
  /** The work is there and nobody has judged it. */
  | {next: 'audit'}
  /** The auditor has answered and nobody has read the answer. */
  | {next: 'judge'}
  /** The verdict is there and nothing has followed from it. */
  | {next: 'obey-verdict'}
  /** A single run has completed, and the log does not say so. */
  | {next: 'finish'}
);

export interface ResumeRequest {
  /** What the user adds to the task, or null. */
  instructions: string | null;
  maxIterations: number;
  /** Whether an auditor judges the work. */
  audit: boolean;
  rules: LoopRules;
}

/**
 * Where `state` goes on. A run that had not ended must have an end in the state by now.
 * @throws OneshotError NOTHING_TO_RESUME
 */
export function resumePoint(state: SessionState, request: ResumeRequest): ResumePoint {
  const point = pointOf(state, request);
  const over = usedUp(request.rules.budget, state.usage);
  if (over && (point.next === 'work' || point.next === 'audit'))
    throw nothing(
      over.reason,
      `Allow more: oneshot resume ${state.id} --max-cost, --max-tokens or --max-turns.`,
    );
  return point;
}

function pointOf(state: SessionState, request: ResumeRequest): ResumePoint {
  if (state.task === null)
    throw nothing('a recorded command cannot be resumed', 'Run it again: oneshot exec.');
  const worker = state.runs.worker?.finished ?? null;
  if (worker?.outcome !== 'completed') return workPoint(state);
  if (request.instructions !== null) {
    return {next: 'work', isNew: true, reason: 'instructions', why: 'the worker gets more instructions'};
  }
  const checked = request.rules.checks.length > 0 ? checkPoint(state, request) : null;
  if (checked !== null) return checked;
  return request.audit ? auditPoint(state, request) : singleRunPoint(state);
}

const sayMore = ({id}: SessionState) =>
  `Say what to do differently: oneshot resume ${id} "more instructions".`;

function workPoint({iteration, runs: {worker}}: SessionState): ResumePoint {
  if (worker === null) {
    return {next: 'work', isNew: iteration === 0, reason: 'first', why: 'no worker had been started'};
  }
  const why = `the worker ${worker.finished?.outcome ?? 'had not ended'}: it works on in iteration ${iteration}`;
  return {next: 'work', isNew: false, reason: 'again', why};
}

function singleRunPoint(state: SessionState): ResumePoint {
  if (state.finished?.ending !== 'unverified') return {next: 'finish', why: 'the worker had completed'};
  throw nothing('the session is done', sayMore(state));
}

/** null: the checks are green, and an auditor is next. */
function checkPoint(state: SessionState, request: ResumeRequest): ResumePoint | null {
  const {iteration, damaged, checks} = state;
  if (damaged) return {next: 'check', why: 'the log is damaged: what it says of checks is not trusted'};
  const areAllThere = request.rules.checks.every((check, index) => checks[index]?.check === check);
  if (!areAllThere || checks.some(({result}) => result === 'unable'))
    return {next: 'check', why: `the work of iteration ${iteration} is to be checked`};
  if (redOf(checks).length > 0) return retryPoint(state, request, 'obey-checks', 'its checks were red');
  if (request.audit) return null;
  if (state.finished?.ending === 'verified') throw nothing('the session is verified', sayMore(state));
  return {next: 'obey-checks', why: 'all checks were green'};
}

function retryPoint(
  {id, iteration, finished}: SessionState,
  {maxIterations}: ResumeRequest,
  otherwise: 'obey-checks' | 'obey-verdict',
  why: string,
): ResumePoint {
  if (iteration < maxIterations)
    return {
      next: 'work',
      isNew: true,
      reason: 'retry',
      why: `iteration ${iteration} was not accepted: ${why}`,
    };
  if (finished?.ending !== 'exhausted') return {next: otherwise, why};
  throw nothing(
    `all ${maxIterations} iterations are used up`,
    `Allow more: oneshot resume ${id} --max-iterations ${maxIterations + 2}.`,
  );
}

function auditPoint(state: SessionState, request: ResumeRequest): ResumePoint {
  const {iteration} = state;
  const ending = state.finished?.ending;
  const verdict = state.verdicts.at(-1);
  if (state.damaged)
    return {next: 'audit', why: 'the log is damaged: what it says of verdicts is not trusted'};
  switch (verdict?.verdict) {
    case undefined:
      if (state.runs.auditor?.finished?.outcome === 'completed')
        return {next: 'judge', why: `the auditor of iteration ${iteration} had answered`};
      return {next: 'audit', why: `nobody had judged the work of iteration ${iteration}`};
    case null:
      return {next: 'audit', why: `nobody had judged the work of iteration ${iteration}`};
    case 'DONE':
      if (ending !== 'verified') return {next: 'obey-verdict', why: 'the verdict was DONE'};
      throw nothing('the session is verified', sayMore(state));
    case 'IMPOSSIBLE':
      if (ending !== 'impossible') return {next: 'obey-verdict', why: 'the verdict was IMPOSSIBLE'};
      throw nothing(`the auditor called the task impossible: ${verdict.reason}`, sayMore(state));
    case 'RETRY':
      return retryPoint(state, request, 'obey-verdict', 'the verdict was RETRY');
  }
}

function nothing(message: string, nextStep: string): OneshotError {
  return new OneshotError('NOTHING_TO_RESUME', message, nextStep);
}
