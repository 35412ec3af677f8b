/** The templates that hold where the user has none. */

/** Each whole, with the placeholders of `docs/prompts.md`. */
export interface PromptTemplates {
  /** The worker's first prompt. */
  worker: string;
  /** Each further prompt of the worker. */
  reworker: string;
  auditor: string;
}

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
