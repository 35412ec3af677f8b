/** The library: everything a program that embeds oneshot needs, and nothing else. docs/library.md shows it in use. */

export type {ActivityLimits} from './activity/limits.ts';
export type {ActivityOptions} from './activity/options.ts';
export {type ErrorCode, OneshotError} from './error.ts';
export type * from './event.ts';
export type {ExecutorName} from './executor/executor.ts';
export type * from './frame/frame.ts';
export type {Agent, AgentName, AgentOptions, DirectAgentOptions} from './library/agent.ts';
export {
  type Chunks,
  type DecodedEvent,
  type DecodeEventsOptions,
  type DecodeOptions,
  decode,
} from './library/decode.ts';
export {type LoopOptions, type LoopResult, loop} from './library/loop.ts';
export type {SessionOptions, WorkOptions} from './library/options.ts';
export {type ResumeOptions, resume} from './library/resume.ts';
export {type RunOptions, type RunResult, run} from './library/run.ts';
export type {Afterwards, Running} from './library/running.ts';
export {
  type EventsOptions,
  type FollowOptions,
  type ListSessionsOptions,
  listSessions,
  openSession,
  type Session,
} from './library/session.ts';
export type {PlaceOptions} from './library/surroundings.ts';
export type {PromptHeaders} from './loop/options.ts';
export {DEFAULT_TEMPLATES, type PromptTemplates} from './loop/prompts/templates.ts';
export type {RuleChanges} from './loop/rules.ts';
export type {AgentChoice} from './run.ts';
export type {ListedSession, SessionList} from './session/list.ts';
export type {SessionStatus} from './session/status.ts';
export type {TransportChoice} from './transport/transport.ts';
export type {SessionReport} from './view/session-report.ts';
export type {LeftWorktree} from './worktree/left.ts';
