/** What a loop runs with. */
import type {LoopRules, Note, RunFinished, SessionFinished} from '../event.ts';
import type {AgentChoice} from '../run.ts';
import type {SessionState} from '../session/state.ts';
import type {PromptTemplates} from './prompts/templates.ts';

/** Text that stands before the prompts of a role; null: none. */
export interface PromptHeaders {
  worker: string | null;
  auditor: string | null;
  /** Before the worker's prompts from its second one on. */
  reworker: string | null;
}

/** Who does the work, and who judges it; null: no audit. */
export interface LoopAgents {
  worker: AgentChoice;
  auditor: AgentChoice | null;
}

/** What a loop runs with, new or resumed. */
export interface LoopOptions extends LoopAgents {
  /** Who takes over for the rest of the session once an agent cannot go on. @default nobody */
  fallback?: LoopAgents | null;
  /** See `DEFAULT_MAX_ITERATIONS`. Without an auditor and without checks there is one. */
  maxIterations: number;
  /** @default DEFAULT_RULES */
  rules?: LoopRules;
  /** Version of oneshot, for the log. */
  oneshotVersion: string;
  /** What the user should know of how the agents were chosen. @default none */
  notes?: readonly Note[];
  /** @default none */
  promptHeaders?: PromptHeaders;
  /** @default DEFAULT_TEMPLATES */
  templates?: PromptTemplates;
  /** Before a failed run is made again for the first time; each further pause is three times as long, up to 10 minutes. @default 5000 */
  retryPauseMs?: number;
}

export interface LoopRequest extends LoopOptions {
  task: string;
}

export interface ResumeLoopRequest extends LoopOptions {
  /** What the log adds up to; every run in it has ended. */
  state: SessionState;
  /** What the user adds to the task, or null. */
  instructions: string | null;
}

export interface LoopResult {
  finished: SessionFinished;
  /** The run of an agent that decided the ending; null when none was made. */
  lastRun: RunFinished | null;
}

export const DEFAULT_MAX_ITERATIONS = 5;

/** No checks, no criteria, no budget. */
export const DEFAULT_RULES: Readonly<LoopRules> = {
  checks: [],
  checkTimeoutMs: 600_000,
  criteria: null,
  budget: {maxCostUsd: null, maxTokens: null, maxTurns: null},
  agentRetries: 2,
};
