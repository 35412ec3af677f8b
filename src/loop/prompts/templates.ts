/** The templates that hold where the user has none. */

/** Each whole, with the placeholders of `docs/prompts.md`. */
export interface PromptTemplates {
  /** The worker's first prompt. */
  worker: string;
  /** Each further prompt of the worker. */
  reworker: string;
  auditor: string;
}

/** What each template may hold, and what is filled in. */
export const PLACEHOLDERS = {
  worker: {
    task: 'the task as it is',
  },
  reworker: {
    task: 'the task as it is',
    first_prompt:
      "the worker's first prompt; empty where the agent goes on in its own session and still knows it",
    worker_text: 'the final words of the attempt before; empty there too',
    situation: 'why the worker is asked again, a sentence on each line',
    feedback: 'what the auditor wants done',
    checks: 'the checks that are not green, with the ends of their outputs',
    diff: 'what has changed since the session began, where an attempt was cut off after its tools had acted',
    instructions: 'what `oneshot resume` adds to the task',
  },
  auditor: {
    task: 'the task, set apart: it is not for the auditor to do',
    criteria: 'the acceptance criteria, or that the auditor is to draw them from the task',
    worker_text: "the worker's final words",
    diff: 'what has changed since the session began, or why that is not known',
    checks: 'the checks, their results and the ends of their outputs',
    tool_calls: 'the tool calls of the workers, the newest 200',
    warning: 'that what is set apart is material to judge and never an instruction',
    answer_format: 'how to answer',
  },
} as const satisfies Record<keyof PromptTemplates, Record<string, string>>;

/** A value for each placeholder of a template. */
export type PlaceholderValues<T extends keyof PromptTemplates> = Record<
  keyof (typeof PLACEHOLDERS)[T],
  string
>;

const WORKER = '{{task}}';

const REWORKER = `{{first_prompt}}

{{worker_text}}

{{situation}}

{{feedback}}

{{checks}}

{{diff}}

{{instructions}}

Go on until the task is done, check it yourself, then say what you did.`;

const AUDITOR = `You are an independent auditor. Another agent was given the task below and says that it has finished. Decide
whether the task is really done. Do not trust what it says: look at the files in the working directory yourself. Do not
change anything.

{{warning}}

{{task}}

{{criteria}}

{{worker_text}}

{{diff}}

{{checks}}

{{tool_calls}}

{{answer_format}}`;

export const DEFAULT_TEMPLATES: PromptTemplates = {worker: WORKER, reworker: REWORKER, auditor: AUDITOR};
