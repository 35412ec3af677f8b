/** How a problem looks to the user: one line, `oneshot: CODE: what happened. Next step.` */
import type {ClockName, Ending, RunFinished, SessionFinished, StopRequested} from '../event.ts';
import {oneLine, sentence} from '../text.ts';

/** Without a line end. Line breaks and control sequences in the parts do not survive. */
export function problemLine(code: string, message: string, nextStep: string): string {
  return `oneshot: ${code}: ${part(message)} ${part(nextStep)}`.trimEnd();
}

/** Longest part of a line, in characters. */
const MAX_CHARS = 1000;

function part(text: string): string {
  return sentence(oneLine(text, MAX_CHARS));
}

/** What the end of a session is judged by. */
export interface SessionEnd {
  finished: SessionFinished;
  /** The last run; null when none was made. */
  lastRun: RunFinished | null;
  /** Why oneshot stopped the last run, or null where it did not. */
  stop: StopRequested | null;
  /** The session's id. */
  session: string;
  /** The model that the last run was asked to use, or null. */
  model: string | null;
  /** Whether an auditor or checks were to judge the work. */
  audit: boolean;
}

/** The line for a session that did not end well, or null for one that did. */
export function sessionProblem(end: SessionEnd): string | null {
  const {finished, audit} = end;
  if (finished.ending === 'verified' || (finished.ending === 'unverified' && !audit)) return null;
  if (finished.ending === 'failed') return failureLine(end);
  const {ending, reason} = finished;
  return problemLine(UNFINISHED_CODES[ending], reason, adviceFor(ending, end.session));
}

type Unfinished = Exclude<Ending, 'verified' | 'failed'>;

const UNFINISHED_CODES: Readonly<Record<Unfinished, string>> = {
  unverified: 'NOT_VERIFIED',
  impossible: 'IMPOSSIBLE',
  exhausted: 'NOT_VERIFIED',
  'no-progress': 'NO_PROGRESS',
  'over-budget': 'OVER_BUDGET',
  interrupted: 'INTERRUPTED',
};

/** ID stands for the session's id. */
const ENDING_ADVICE: Readonly<Record<Unfinished, string>> = {
  unverified:
    'Look at the work yourself, correct the check that could not run, or choose another --auditor-executor or model.',
  impossible: 'Say what to do differently: oneshot resume ID "more instructions".',
  exhausted: 'Go on with more: oneshot resume ID --max-iterations N; or make the task smaller.',
  'no-progress': 'Say what to do differently: oneshot resume ID "more instructions".',
  'over-budget':
    'Go on with more: oneshot resume ID --max-cost, --max-tokens or --max-turns; or make the task smaller.',
  interrupted: 'Go on with it: oneshot resume ID.',
};

/** What a person can do after the session with this id ended so. */
export function adviceFor(ending: Unfinished, session: string): string {
  return ENDING_ADVICE[ending].replace('ID', session);
}

function failureLine({finished, lastRun, stop, session, model}: SessionEnd): string {
  const explain = `oneshot explain ${session} says more.`;
  switch (lastRun?.outcome) {
    case 'stalled':
      return problemLine('AGENT_STALLED', finished.reason, `${adviceAfter(stop) ?? RUN_AGAIN} ${explain}`);
    case 'timed-out':
      return problemLine('TIMED_OUT', finished.reason, `${adviceAfter(stop) ?? RUN_AGAIN} ${explain}`);
    case 'truncated':
      return problemLine('OUTPUT_TRUNCATED', finished.reason, 'Run it again; --debug shows every event.');
    default:
      return model !== null && /\bmodel\b/i.test(finished.reason)
        ? problemLine('MODEL_REFUSED', finished.reason, `Choose another model than ${model}.`)
        : problemLine('AGENT_FAILED', finished.reason, 'See its own words above, or run it with --debug.');
  }
}

const RUN_AGAIN = 'Run it again.';

/** What a person can do so that the next run is not stopped in the same way; null where nothing is to be said. */
export function adviceAfter(stop: Pick<StopRequested, 'cause' | 'clock'> | null): string | null {
  switch (stop?.cause) {
    case 'ask':
      return 'Say in the task what it asks for, or allow it with --permission-mode; --on-ask wait lets it wait.';
    case 'clock':
      return stop.clock === null ? null : CLOCK_ADVICE[stop.clock];
    default:
      return null;
  }
}

const CLOCK_ADVICE: Readonly<Record<ClockName, string | null>> = {
  initial: 'Check that the agent reaches its model, or raise --initial-timeout.',
  idle: 'Raise --idle-timeout if it was at work; else run it again.',
  tool: 'Raise --tool-timeout if the tool needs longer; else keep the agent from calling it.',
  max: 'Raise --max-timeout, or make the task smaller.',
  grace: null,
};
