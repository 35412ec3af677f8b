/** The parts that `index.ts` is made of, for programs that bring a log, a clock or an executor of their own. */

export type {EvidenceSeen} from './activity/judge.ts';
export {type ActivityLimits, DEFAULT_LIMITS, NO_LIMITS} from './activity/limits.ts';
export {
  DEFAULT_POLL_MS,
  type FileChange,
  type MonitorOptions,
  monitorTaskFiles,
} from './activity/monitor.ts';
export {type ActivityOptions, DEFAULT_ACTIVITY, NO_ACTIVITY} from './activity/options.ts';
export {type Clock, systemClock} from './clock.ts';
export {type ErrorCode, OneshotError} from './error.ts';
export type * from './event.ts';
export {getClaudeTranscript} from './executor/claude-state.ts';
export type {ClinePlace} from './executor/cline-folders.ts';
export {type ClineRun, getClineSessionDir, getClineTaskDir} from './executor/cline-state.ts';
export type * from './executor/executor.ts';
export {executorNames} from './executor/executor.ts';
export {executorByName} from './executor/registry.ts';
export {createDecoder} from './frame/decoder.ts';
export type * from './frame/frame.ts';
export {DEFAULT_MAX_FRAME_BYTES} from './frame/frame.ts';
export {loop} from './loop/loop.ts';
export * from './loop/options.ts';
export {DEFAULT_TEMPLATES, type PromptTemplates} from './loop/prompts/templates.ts';
export {readVerdict, type VerdictReading} from './loop/verdict.ts';
export {type PoolOptions, pool, type Work} from './queue/pool.ts';
export {
  type AgentChoice,
  type RunContext,
  type RunRequest,
  run,
  type StopReason,
} from './run.ts';
export {type FollowOptions, followEvents} from './session/follow.ts';
export type {SessionLog, View} from './session/log.ts';
export {type OpenSessionOptions, openSessionLog} from './session/open.ts';
export {createRedactor, type Redactor, type RedactorOptions} from './session/redact.ts';
export {stateDir} from './session/state-dir.ts';
export {type Guard, startGuard, type WatchedRun} from './transport/guard.ts';
export type {ProcessEntry, ProcessFacts, ProcessTable} from './transport/process-table.ts';
export type {TransportChoice} from './transport/transport.ts';
