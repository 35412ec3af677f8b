/** What the worker and the auditor are told. */

/** Longest part of the worker's words that goes into another prompt, in characters from their end. */
const MAX_QUOTE_CHARS = 32 * 1024;

/** The auditor: the task, what the worker says of it, and how to answer. */
export function auditorPrompt(task: string, workerText: string | null): string {
  return `You are an independent auditor. Another agent was given the task below and says that it has finished. Decide
whether the task is really done. Do not trust what it says: look at the files in the working directory yourself. Do not
change anything.

<task>
${task}
</task>

<final_words_of_the_worker>
${quoted(workerText)}
</final_words_of_the_worker>

${ANSWER_FORMAT}`;
}

/** Asked when the auditor's answer held no clear verdict. */
export function auditorAgainPrompt(problem: string, task: string, workerText: string | null): string {
  return `Your answer could not be read as a verdict: ${problem} Look again if you must.

${auditorPrompt(task, workerText)}`;
}

const ANSWER_FORMAT = `End your answer with one JSON object and nothing after it. Its fields:
- "verdict": exactly one of the words DONE, RETRY, IMPOSSIBLE.
  DONE only if every part of the task is done and you have seen it. RETRY if something is missing or wrong.
  IMPOSSIBLE only if no amount of further work could do the task.
- "reason": one or two sentences with the evidence you saw.
- "feedback": with RETRY, what the worker has to do; else null.`;

/** The worker once more, after a RETRY. `resumed`: it still knows the task from its own session. */
export function retryPrompt(
  task: string,
  previousText: string | null,
  feedback: string,
  resumed: boolean,
): string {
  const verdict = `An independent auditor has looked at the work and does not accept it yet:

<feedback>
${feedback}
</feedback>

Do what is missing, check it yourself, then say what you did.`;
  if (resumed) return verdict;
  return `${task}\n\n${previousAttempt(previousText)}\n\n${verdict}`;
}

/** The worker once more, in its own session, after it was interrupted. */
export const CONTINUE_PROMPT = `You were interrupted while you worked on this task. Look at what is done already, go on until
the task is done, check it yourself, then say what you did.`;

/** The worker once more, with nothing but the prompt that it was interrupted with. */
export function againPrompt(prompt: string): string {
  return `${prompt}

An earlier attempt at this was interrupted. Part of the work may be done already: look at it before you begin.`;
}

/** The worker once more, since the user has more to say. `resumed`: it still knows the task from its own session. */
export function instructionsPrompt(
  task: string,
  previousText: string | null,
  instructions: string,
  resumed: boolean,
): string {
  const added = `The user has looked at the work and adds to the task:

<instructions>
${instructions}
</instructions>

Do that, check it yourself, then say what you did.`;
  return resumed ? added : `${task}\n\n${previousAttempt(previousText)}\n\n${added}`;
}

/** The task as it is now: what the user has added belongs to it. */
export function taskWith(task: string, instructions: readonly string[]): string {
  return [task, ...instructions.map((added) => `The user has added:\n\n${added}`)].join('\n\n');
}

function previousAttempt(text: string | null): string {
  return `This task was already worked on in this directory. The words at the end of that attempt were:

<previous_attempt>
${quoted(text)}
</previous_attempt>`;
}

function quoted(text: string | null): string {
  if (!text) return '(nothing)';
  return text.length <= MAX_QUOTE_CHARS
    ? text
    : `[the beginning is left out]\n${text.slice(-MAX_QUOTE_CHARS)}`;
}
