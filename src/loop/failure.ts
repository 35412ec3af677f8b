/** An agent that failed says nothing of the task. What can be done about it is read from how its run ended. */
import type {RunFinished, StopRequested} from '../event.ts';
import {sentence} from '../text.ts';

/**
 * `again`: another try may do better. `elsewhere`: not with this agent as it is set up, but another one may. `never`: what
 * was asked for is wrong, or the user's own limits have ended it.
 */
export type Remedy = 'again' | 'elsewhere' | 'never';

export interface Failure {
  remedy: Remedy;
  /** The model has more to do than it can: wait longer. */
  isOverload: boolean;
  /** What a person can do, or null. */
  nextStep: string | null;
}

const AGAIN: Failure = {remedy: 'again', isOverload: false, nextStep: null};
const NEVER: Failure = {remedy: 'never', isOverload: false, nextStep: null};
const OVERLOAD: Failure = {
  remedy: 'again',
  isOverload: true,
  nextStep: 'Wait for a while, then: oneshot resume.',
};
const ACCOUNT = elsewhere('Look at the account that the agent uses.');
const LOGIN = elsewhere('Log in with the agent itself, or correct its key.');
const USAGE: Failure = {remedy: 'never', isOverload: false, nextStep: 'Correct the options, or the model.'};

function elsewhere(nextStep: string): Failure {
  return {remedy: 'elsewhere', isOverload: false, nextStep};
}

/** What happened, and then what a person can do about it where that is known. */
export function withNextStep(what: string, failure: Failure | null): string {
  return failure?.nextStep ? `${sentence(what.trimEnd())} ${failure.nextStep}` : what;
}

/** `stop`: why oneshot stopped the run, or null. */
export function failureOf(
  {outcome, reason}: Pick<RunFinished, 'outcome' | 'reason'>,
  stop: Pick<StopRequested, 'cause'> | null,
): Failure {
  switch (outcome) {
    case 'completed':
    case 'canceled':
    case 'timed-out':
      return NEVER;
    case 'stalled':
      return stop?.cause === 'ask' ? NEVER : AGAIN;
    case 'truncated':
      return AGAIN;
    case 'failed':
      return kindOf(KINDS, reason) ?? ofStatus(reason) ?? kindOf(KINDS_WITHOUT_STATUS, reason) ?? AGAIN;
    default:
      return outcome satisfies never;
  }
}

interface Kind {
  words: RegExp;
  failure: Failure;
}

function kindOf(kinds: readonly Kind[], reason: string): Failure | undefined {
  return kinds.find(({words}) => words.test(reason))?.failure;
}

/** Words of the real agents and of the services behind them that mean one thing whatever the status; the first that fits counts. */
const KINDS: readonly Kind[] = [
  {
    words:
      /\b(error_max_\w+|max(imum)?[ _-]?turns|maximum (budget|number of turns)|prompt is too long|context[ _](length|window))/i,
    failure: NEVER,
  },
  {
    words:
      /\b(credit balance is too low|insufficient[ _](funds|quota|credits?)|exceeded your current quota|billing[ _](details|hard limit|hard_limit_reached|not_active)|payment required)\b/i,
    failure: ACCOUNT,
  },
  {
    // An answer that its limit, a filter or a tool that is not there has ended: the next one would go the same way.
    words: /\(finish_reason \w+\)/,
    failure: elsewhere('Choose another model, or raise its limit.'),
  },
  {
    words: /\b(rate[ _-]?limit\w*|too many requests|overloaded(_error)?|usage limit|limit reached)\b/i,
    failure: OVERLOAD,
  },
  {
    words: /^exit code 12[67]\b/,
    failure: elsewhere('Install the program, or correct its path.'),
  },
];

/** An HTTP status, said as one: of the other numbers in a message none counts. */
const STATUS =
  /(?:^|\b(?:API Error|HTTP(?:\/[\d.]+)?(?: error)?|status(?:[ _]?code)?|code)"?\s*[:=(]?\s*)([45]\d\d)\b/i;

function ofStatus(reason: string): Failure | undefined {
  const [, status] = STATUS.exec(reason) ?? [];
  if (status === undefined) return undefined;
  return BY_STATUS[status] ?? AGAIN;
}

const BY_STATUS: Readonly<Record<string, Failure>> = {
  '400': elsewhere('The service refuses what it was sent: look at the model and its options.'),
  '401': LOGIN,
  '402': ACCOUNT,
  '403': LOGIN,
  '404': USAGE,
  '429': OVERLOAD,
  '529': OVERLOAD,
};

const KINDS_WITHOUT_STATUS: readonly Kind[] = [
  {
    words:
      /\b(unauthori[sz]ed|authentication[ _](failed|error|required)|failed to authenticate|not (authenticated|logged in)|(invalid|incorrect|missing|expired|no) ([a-z]+[ -])?(api[ _-]?key|credentials)|api key (is )?(invalid|missing|not (set|found|valid))|(please|to) (run )?\W?\/?log ?in|oauth token (has expired|revoked))\b/i,
    failure: LOGIN,
  },
  {
    words:
      /\b(unknown|unrecogni[sz]ed|invalid|unexpected) (option|argument|flag|command)\b|\brequires (--|a prompt)|\bneeds a model\b|\bmodel\b[^:]{0,60}\b((was |is )?not (found|exist|supported|available)|does(n't| not) exist)\b|\b(invalid|unknown|unsupported) model\b|\bmodel_not_found\b|\bwhich is not followed\b/i,
    failure: USAGE,
  },
];

/** Between two tries, ms: the first, and how many times as long each further one is. */
const PAUSE_MS = 5_000;
const OVERLOAD_PAUSE_MS = 30_000;
const PAUSE_GROWTH = 3;
const LONGEST_PAUSE_MS = 600_000;

/** How long to wait before try number `attempt`, from 1. */
export function pauseMs({isOverload}: Failure, attempt: number, baseMs = PAUSE_MS): number {
  const first = isOverload ? Math.round((baseMs * OVERLOAD_PAUSE_MS) / PAUSE_MS) : baseMs;
  return Math.min(first * PAUSE_GROWTH ** (attempt - 1), LONGEST_PAUSE_MS);
}
