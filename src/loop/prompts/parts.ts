/** What prompts are made of. Texts of agents, checks and the worktree are data: they may say anything. */
import type {ToolKind, ToolStatus} from '../../event.ts';

/** A check and what came of it. */
export interface CheckPart {
  /** The user's command. */
  command: string;
  /** `unable`: it could not be run to its end, so that it says nothing. */
  result: 'green' | 'red' | 'unable';
  /** null where it had none. */
  exitCode: number | null;
  /** The end of its output, or why it could not be run. Longer ones are cut again. */
  tail: string;
}

/** A tool call of the worker, as it was last known. */
export interface ToolCallPart {
  title: string;
  kind: ToolKind;
  status: ToolStatus;
}

/** What has changed in the worktree since the session began. */
export type DiffPart =
  | {
      kind: 'changes';
      files: readonly {path: string; status: string}[];
      /** Changed files that are not among `files`. */
      omittedFiles: number;
      /** A diff, or whatever tells of the changes; bounded by its maker. */
      text: string;
    }
  /** There is none, and why. */
  | {kind: 'none'; reason: string};

/** Of the worker's first prompt. */
export interface WorkerParts {
  /** With all that the user has added to it. */
  task: string;
}

/** Of each further prompt of the worker. What is null or empty is not spoken of. */
export interface ReworkerParts extends WorkerParts {
  /** The worker goes on in its own session and still knows its task. */
  resumed: boolean;
  /** The run before this one was cut off. */
  interrupted: boolean;
  /** The final words of the worker's last run. */
  workerText: string | null;
  /** What the auditor wants done. */
  feedback: string | null;
  /** The checks that were not green. */
  checks: readonly CheckPart[];
  /** Where an attempt was cut off after its tools had acted. */
  diff: DiffPart | null;
  /** What the user adds now. */
  instructions: string | null;
}

export interface AuditorParts {
  /** With all that the user has added to it. */
  task: string;
  /** The user's own; null: the auditor draws them from the task. */
  criteria: string | null;
  /** The worker's final words. */
  workerText: string | null;
  /** null: not spoken of. */
  diff: DiffPart | null;
  checks: readonly CheckPart[];
  /** Of the worker, the oldest first. */
  toolCalls: readonly ToolCallPart[];
}
