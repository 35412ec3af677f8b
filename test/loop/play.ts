/** Plays loops with scripted agents, for tests. */
import type {EventBody, LoopRules, OneshotEvent} from '../../src/event.ts';
import {loop, resumeLoop} from '../../src/loop/loop.ts';
import {DEFAULT_RULES, type LoopOptions, type LoopResult} from '../../src/loop/options.ts';
import {emptyState, fold, type SessionState} from '../../src/session/state.ts';
import {claudeSays, type Step, scripted, type World} from '../support/session.ts';

export const verdict = (value: Record<string, unknown>) => claudeSays(JSON.stringify(value));
export const DONE = verdict({verdict: 'DONE', reason: 'it is painted'});
export const RETRY = verdict({verdict: 'RETRY', reason: 'a wall is bare', feedback: 'paint the north wall'});
/** An agent that breaks down. */
export const BROKEN: Step[] = [{stderr: 'out of paint\n'}, {exit: 3}];

export type Rules = Omit<Partial<LoopRules>, 'budget'> & {budget?: Partial<LoopRules['budget']>};

export function rulesOf({budget, ...rules}: Rules): LoopRules {
  return {...DEFAULT_RULES, agentRetries: 0, ...rules, budget: {...DEFAULT_RULES.budget, ...budget}};
}

export type PlayOptions = Partial<Omit<LoopOptions, 'rules'>> & {rules?: Rules};

function optionsOf({rules = {}, ...more}: PlayOptions): LoopOptions {
  const agent = scripted('claude');
  const auditor = {...agent, permissionMode: 'read'} as const;
  return {
    worker: agent,
    auditor,
    maxIterations: 3,
    oneshotVersion: '0.0.0',
    retryPauseMs: 1,
    ...more,
    rules: rulesOf(rules),
  };
}

export function play({context}: World, options: PlayOptions = {}): Promise<LoopResult> {
  return loop(context, {task: 'paint the shed', ...optionsOf(options)});
}

export interface GoOnOptions extends PlayOptions {
  state?: SessionState;
  instructions?: string | null;
}

/** `state`: as the log has it now. */
export function goOn(world: World, {state, instructions = null, ...options}: GoOnOptions = {}) {
  const before = state ?? stateOf(world.events());
  return resumeLoop(world.context, {state: before, instructions, ...optionsOf(options)});
}

export const stateOf = (events: readonly OneshotEvent[]) => events.reduce(fold, emptyState());

/** The state as it was right after the last event of this type: what a crash there would leave. */
export function crashAfter(world: World, type: OneshotEvent['type'], role?: string): SessionState {
  const events = world.events();
  const last = events.findLastIndex((event) => event.type === type && (!role || event.role === role));
  return stateOf(events.slice(0, last + 1));
}

/** The events of one type, with their bodies' fields. */
export function all<T extends EventBody['type']>(world: World, type: T) {
  return world.events().filter((event) => event.type === type) as (OneshotEvent & {type: T})[];
}

export const prompts = (world: World) => world.starts().map(({stdin}) => stdin);
