/** How the auditor answers: one table, from which both the words of its prompt and the JSON Schema come. */
import type {VerdictWord} from '../../event.ts';

const VERDICT_WORDS = ['DONE', 'RETRY', 'IMPOSSIBLE'] satisfies VerdictWord[];

const CRITERION_FIELDS = {
  criterion: {type: 'string', description: 'what must hold, in one line'},
  met: {type: 'boolean', description: 'whether it holds'},
  evidence: {type: 'string', description: 'what you saw that shows it'},
};

const FIELDS = {
  verdict: {
    type: 'string',
    enum: VERDICT_WORDS,
    description: `exactly one of the words ${VERDICT_WORDS.join(', ')}. DONE only if every part of the task is done and you have seen it. RETRY if something is missing or wrong. IMPOSSIBLE only if no amount of further work could do the task`,
  },
  reason: {type: 'string', description: 'one or two sentences with the evidence you saw'},
  criteria: {
    type: 'array',
    items: closed(CRITERION_FIELDS),
    description: 'every acceptance criterion, each an object',
  },
  feedback: {
    type: ['string', 'null'],
    description: 'with RETRY, what the worker has to do; else null',
  },
};

/** JSON Schema of the auditor's answer, for agents that can be held to one. */
export const VERDICT_SCHEMA = closed(FIELDS);

/** The same for a person, or a model. */
export const ANSWER_FORMAT = `End your answer with one JSON object and nothing after it. Its fields:
${fieldLines(FIELDS)}
Each object of "criteria" has these fields:
${fieldLines(CRITERION_FIELDS)}`;

function closed<T extends Record<string, object>>(properties: T) {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  } as const;
}

function fieldLines(fields: Record<string, {type: unknown; description: string}>): string {
  return Object.entries(fields)
    .map(([name, {type, description}]) => `- "${name}" (${[type].flat().join(' or ')}): ${description}.`)
    .join('\n');
}
