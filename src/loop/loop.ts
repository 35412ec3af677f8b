import type {SessionFinished} from '../event.ts';
import type {AgentChoice, RunContext} from '../run.ts';

export interface LoopRequest {
  task: string;
  worker: AgentChoice;
  /** null: no audit, a single worker run. */
  auditor: AgentChoice | null;
  /** @default 5 */
  maxIterations: number;
}

/** Worker, then auditor, until an explicit verdict. Appends session_started … session_finished to the log. */
export declare function loop(context: RunContext, request: LoopRequest): Promise<SessionFinished>;
