/** How a problem looks to the user: one line, `oneshot: CODE: what happened. Next step.` */
import type {Ending, RunFinished, SessionFinished} from '../event.ts';
import {oneLine} from '../text.ts';

/** Without a line end. Line breaks and control sequences in the parts do not survive. */
export function problemLine(code: string, message: string, nextStep: string): string {
  return `oneshot: ${code}: ${sentence(message)} ${sentence(nextStep)}`.trimEnd();
}

/** Longest part of a line, in characters. */
const MAX_CHARS = 1000;

function sentence(text: string): string {
  const line = oneLine(text, MAX_CHARS);
  return line === '' || /[.!?…]$/.test(line) ? line : `${line}.`;
}

/** What the end of a session is judged by. */
export interface SessionEnd {
  finished: SessionFinished;
  /** The last run; null when none was made. */
  lastRun: RunFinished | null;
  /** The model that the last run was asked to use, or null. */
  model: string | null;
  /** Whether an auditor was to judge the work. */
  audit: boolean;
}

/** The line for a session that did not end well, or null for one that did. */
export function sessionProblem(end: SessionEnd): string | null {
  const {finished, audit} = end;
  if (finished.ending === 'verified' || (finished.ending === 'unverified' && !audit)) return null;
  if (finished.ending === 'failed') return failureLine(end);
  const [code, nextStep] = UNFINISHED[finished.ending];
  return problemLine(code, finished.reason, nextStep);
}

const UNFINISHED: Readonly<Record<Exclude<Ending, 'verified' | 'failed'>, readonly [string, string]>> = {
  unverified: ['NOT_VERIFIED', 'Look at the work yourself, or choose another --auditor-executor or model.'],
  impossible: ['IMPOSSIBLE', 'Change the task.'],
  exhausted: ['NOT_VERIFIED', 'Raise --max-iterations, or make the task smaller.'],
  'no-progress': ['NO_PROGRESS', 'Make the task clearer or smaller.'],
  'over-budget': ['OVER_BUDGET', 'Raise the budget, or make the task smaller.'],
  interrupted: ['INTERRUPTED', 'Run it again when you want to.'],
};

function failureLine({finished, lastRun, model}: SessionEnd): string {
  switch (lastRun?.outcome) {
    case 'stalled':
      return problemLine('AGENT_STALLED', finished.reason, 'Run it again, or see the session log.');
    case 'timed-out':
      return problemLine('TIMED_OUT', finished.reason, 'Make the task smaller.');
    case 'truncated':
      return problemLine('OUTPUT_TRUNCATED', finished.reason, 'Run it again; --debug shows every event.');
    default:
      return model !== null && /\bmodel\b/i.test(finished.reason)
        ? problemLine('MODEL_REFUSED', finished.reason, `Choose another model than ${model}.`)
        : problemLine('AGENT_FAILED', finished.reason, 'See its own words above, or run it with --debug.');
  }
}
