/** An agent that failed says nothing of the task. What can be done about it is read from how its run ended. */
import type {RunFinished, StopRequested} from '../event.ts';

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
      return KINDS.find(({words}) => words.test(reason))?.failure ?? AGAIN;
    default:
      return outcome satisfies never;
  }
}

interface Kind {
  words: RegExp;
  failure: Failure;
}

/** Words of the real agents and of the services behind them; the first that fits counts. */
const KINDS: readonly Kind[] = [
  {
    words:
      /\b(error_max_\w+|max(imum)?[ _-]?turns|max[ _-]?budget|maximum (budget|number of turns)|prompt is too long|context (length|window))\b/i,
    failure: NEVER,
  },
  {
    words: /\b(credit balance|insufficient[ _](funds|quota|credits?)|billing|payment required|402)\b/i,
    failure: {remedy: 'elsewhere', isOverload: false, nextStep: 'Look at the account that the agent uses.'},
  },
  {
    // An answer that its limit, a filter or a tool that is not there has ended: the next one would go the same way.
    words: /\bfinish_reason\b/,
    failure: {remedy: 'elsewhere', isOverload: false, nextStep: 'Choose another model, or raise its limit.'},
  },
  {
    words: /\b(429|529|rate[ _-]?limit\w*|too many requests|overloaded\w*|usage limit|limit reached)\b/i,
    failure: {remedy: 'again', isOverload: true, nextStep: 'Wait for a while, then: oneshot resume.'},
  },
  {
    words:
      /\b(401|403|unauthori[sz]ed|forbidden|authenticat\w+|(invalid|incorrect|missing|no)\b.{0,20}\b(api[ _-]?key|token|credentials?)|not logged in|log ?in\b|\/login)/i,
    failure: {
      remedy: 'elsewhere',
      isOverload: false,
      nextStep: 'Log in with the agent itself, or correct its key.',
    },
  },
  {
    words:
      /\b(unknown|unrecogni[sz]ed|invalid|unexpected) (option|argument|flag|command)|\brequires --|\bmodel\b.{0,60}\b(not found|not exist|not supported|not available|invalid|unknown)|\b(invalid|unknown|unsupported) model\b|\b404\b/i,
    failure: {remedy: 'never', isOverload: false, nextStep: 'Correct the options, or the model.'},
  },
];

/** Between two tries, ms: the first, and how many times as long each further one is. */
const PAUSE_MS = 5_000;
const OVERLOAD_PAUSE_MS = 30_000;
const PAUSE_GROWTH = 3;

/** How long to wait before try number `attempt`, from 1. */
export function pauseMs({isOverload}: Failure, attempt: number, baseMs = PAUSE_MS): number {
  const first = isOverload ? Math.round((baseMs * OVERLOAD_PAUSE_MS) / PAUSE_MS) : baseMs;
  return first * PAUSE_GROWTH ** (attempt - 1);
}
