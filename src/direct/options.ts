/** The flags of the direct program. The executor reads them too, so that nothing wrong is ever started. */
import {parseArgs} from 'node:util';
import {messageOf, OneshotError} from '../error.ts';
import {isJson, type Json} from '../fields.ts';
import {chatUrl} from './endpoint.ts';

export interface DirectOptions {
  /** Where chat completions are asked for. */
  url: URL;
  model: string | null;
  /** Name of the variable that holds the key; null: there is none. */
  apiKeyEnv: string | null;
  /** How often a request is made once more. */
  maxRetries: number;
  /** Until the first word of an answer. */
  firstTokenMs: number;
  /** Between two pieces of an answer. */
  idleMs: number;
  /** Further fields of the request. */
  body: Json;
  /** JSON Schema of the answer; null: it is free. */
  answerSchema: Json | null;
}

/** Less than the clocks of a run allow by default: then there is time left for a retry. */
export const DEFAULT_FIRST_TOKEN_MS = 240_000;
export const DEFAULT_IDLE_MS = 100_000;
export const DEFAULT_MAX_RETRIES = 3;

/** `fetch` waits no longer, for the headers of an answer or between two pieces of it. */
const MAX_TIMEOUT_MS = 300_000;
const MAX_RETRIES = 100;

const FLAGS = {
  endpoint: {type: 'string'},
  model: {type: 'string'},
  'api-key-env': {type: 'string'},
  'max-retries': {type: 'string'},
  'first-token-timeout-ms': {type: 'string'},
  'idle-timeout-ms': {type: 'string'},
  body: {type: 'string'},
  'answer-schema': {type: 'string'},
} as const;

/** @throws OneshotError INVALID_OPTION */
export function readDirectOptions(args: readonly string[]): DirectOptions {
  const flags = parse(args);
  const {endpoint, model = null, 'api-key-env': apiKeyEnv = null} = flags;
  if (endpoint === undefined) {
    throw invalid(
      'the direct executor needs an endpoint',
      'Give it with --worker-endpoint or --auditor-endpoint.',
    );
  }
  const amount = (name: 'max-retries' | 'first-token-timeout-ms' | 'idle-timeout-ms', range: Range) =>
    wholeNumber(`--${name}`, flags[name], range);
  const timeout = (normally: number): Range => ({normally, from: 1, to: MAX_TIMEOUT_MS});
  return {
    url: chatUrl(endpoint),
    model,
    apiKeyEnv,
    maxRetries: amount('max-retries', {normally: DEFAULT_MAX_RETRIES, from: 0, to: MAX_RETRIES}),
    firstTokenMs: amount('first-token-timeout-ms', timeout(DEFAULT_FIRST_TOKEN_MS)),
    idleMs: amount('idle-timeout-ms', timeout(DEFAULT_IDLE_MS)),
    body: jsonOf('--body', flags.body, 'the further fields of the request, such as {"temperature":0}') ?? {},
    answerSchema: jsonOf('--answer-schema', flags['answer-schema'], 'a JSON Schema'),
  };
}

/**
 * The key, or null where none is asked for. It is never part of a message.
 * @throws OneshotError INVALID_OPTION
 */
export function apiKeyOf(
  {apiKeyEnv}: Pick<DirectOptions, 'apiKeyEnv'>,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  if (apiKeyEnv === null) return null;
  const key = env[apiKeyEnv]?.trim() ?? '';
  if (key === '') {
    const nextStep = 'Set it to the key, or leave the option out where the endpoint wants none.';
    throw invalid(`the variable ${JSON.stringify(apiKeyEnv)} that is to hold the key is not set`, nextStep);
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw invalid(
      `the variable ${apiKeyEnv} holds no key: it has white space or other characters`,
      'Set it to the key alone.',
    );
  }
  return key;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({args: [...args], options: FLAGS, strict: true, allowPositionals: false}).values;
  } catch (error) {
    const [message = ''] = messageOf(error).split('. ');
    const names = Object.keys(FLAGS).map((name) => `--${name}`);
    throw invalid(`the direct executor: ${message}`, `It takes ${names.join(', ')}.`);
  }
}

interface Range {
  normally: number;
  from: number;
  to: number;
}

function wholeNumber(flag: string, given: string | undefined, {normally, from, to}: Range): number {
  if (given === undefined) return normally;
  const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw invalid(
    `${flag} ${JSON.stringify(given)} is not valid`,
    `It takes a whole number from ${from} to ${to}.`,
  );
}

function jsonOf(flag: string, given: string | undefined, wanted: string): Json | null {
  if (given === undefined) return null;
  try {
    const value: unknown = JSON.parse(given);
    if (isJson(value)) return value;
  } catch {}
  throw invalid(`${flag} is no JSON object`, `Give ${wanted}.`);
}

function invalid(message: string, nextStep: string): OneshotError {
  return new OneshotError('INVALID_OPTION', message, nextStep);
}
