/** How the value of a setting is written: in a file as JSON, in a variable as text. Both end in the option's own reader. */
import {OneshotError} from '../../error.ts';
import {durationText, shown} from '../option-values.ts';

export interface Form<T> {
  /** What a file may hold, for messages and documentation. */
  takes: string;
  /** The same as JSON Schema, without what the reader alone knows. */
  schema: object;
  /** `name` stands in messages. @throws OneshotError INVALID_OPTION, UNKNOWN_EXECUTOR */
  fromJson(name: string, value: unknown): T;
  /** @throws OneshotError INVALID_OPTION, UNKNOWN_EXECUTOR */
  fromText(name: string, text: string): T;
  /** As a file would hold it; null instead of what must not be shown. */
  toJson(value: T): unknown;
}

type Reader<T> = (name: string, text: string) => T;

export function text<T extends string>(read: Reader<T>): Form<T> {
  const takes = 'a string';
  return {
    takes,
    schema: {type: 'string'},
    fromJson: (name, value) =>
      typeof value === 'string' ? read(name, value) : wrongType(name, value, takes),
    fromText: read,
    toJson: (value) => value,
  };
}

/** A number, or a string of one with a unit. */
export function amount<T>(read: Reader<T>, toJson: (value: T) => unknown, takes: string): Form<T> {
  return {
    takes,
    schema: {type: ['string', 'number']},
    fromJson(name, value) {
      if (typeof value !== 'string' && typeof value !== 'number') return wrongType(name, value, takes);
      return read(name, String(value));
    },
    fromText: read,
    toJson,
  };
}

export const time = <T extends number | 'off'>(read: Reader<T>, takes: string): Form<T> =>
  amount(read, (value) => (typeof value === 'number' ? durationText(value) : value), takes);

const TRUTHS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

export const truth: Form<boolean> = {
  takes: 'true or false',
  schema: {type: 'boolean'},
  fromJson: (name, value) => (typeof value === 'boolean' ? value : wrongType(name, value, truth.takes)),
  fromText(name, given) {
    const value = TRUTHS[given.toLowerCase()];
    return value ?? wrongType(name, given, truth.takes);
  },
  toJson: (value) => value,
};

const STRINGS_SCHEMA = {type: 'array', items: {type: 'string'}};

/** `read` gets the items with commas between them. */
export function names<T extends readonly string[]>(read: Reader<T>): Form<T> {
  const takes = 'a list of strings';
  return {
    takes,
    schema: STRINGS_SCHEMA,
    fromJson: (name, value) => read(name, stringsOf(name, value, takes).join(',')),
    fromText: read,
    toJson: (value) => value,
  };
}

/** Any strings, or those that `read` takes; a variable holds them as JSON, since every character may be part of one. */
export function strings(read: Reader<string> = (_name, value) => value): Form<string[]> {
  const takes = 'a list of strings';
  const each = (name: string, values: string[]) => values.map((value) => read(name, value));
  return {
    takes,
    schema: STRINGS_SCHEMA,
    fromJson: (name, value) => each(name, stringsOf(name, value, takes)),
    fromText: (name, given) => each(name, stringsOf(name, parsed(given), 'a JSON list of strings')),
    toJson: (value) => value,
  };
}

function stringsOf(name: string, value: unknown, takes: string): string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  return wrongType(name, value, takes);
}

function parsed(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

/** Where a variable's value is to be found: here, in a variable of ours, or in a file. */
export type VariableSource = string | {fromEnv: string} | {fromFile: string};

const SOURCES = 'a string, {"fromEnv": NAME} or {"fromFile": PATH}';
const SOURCE_SCHEMA = {anyOf: [{type: 'string'}, oneString('fromEnv'), oneString('fromFile')]};

/** A text that may be a secret: it is shown as `shownAs` says. */
export function source(read: Reader<string>, shownAs: (text: string) => string): Form<VariableSource> {
  return {
    takes: SOURCES,
    schema: SOURCE_SCHEMA,
    fromJson(name, value) {
      if (!isSource(value)) return wrongType(name, value, SOURCES);
      return typeof value === 'string' ? read(name, value) : value;
    },
    fromText: read,
    toJson: (value) => (typeof value === 'string' ? shownAs(value) : value),
  };
}

export const variables: Form<Record<string, VariableSource>> = {
  takes: 'an object of strings, {"fromEnv": NAME} and {"fromFile": PATH}',
  schema: {
    type: 'object',
    additionalProperties: SOURCE_SCHEMA,
  },
  fromJson(name, value) {
    if (!isObject(value)) return wrongType(name, value, variables.takes);
    for (const [variable, source] of Object.entries(value)) {
      if (variable === '' || /[=\0]/.test(variable)) return wrongType(name, variable, 'names of variables');
      if (!isSource(source)) wrongType(`${name}.${variable}`, source, SOURCES);
    }
    return {...value} as Record<string, VariableSource>;
  },
  fromText: (name, given) => variables.fromJson(name, parsed(given)),
  toJson: (value) =>
    Object.fromEntries(
      Object.entries(value).map(([name, source]) => [name, typeof source === 'string' ? null : source]),
    ),
};

function oneString(key: string): object {
  return {
    type: 'object',
    properties: {[key]: {type: 'string'}},
    required: [key],
    additionalProperties: false,
  };
}

function isSource(value: unknown): value is VariableSource {
  if (typeof value === 'string') return !value.includes('\0');
  if (!isObject(value)) return false;
  const [[kind, where] = [], ...more] = Object.entries(value);
  return (
    more.length === 0 && /^from(Env|File)$/.test(String(kind)) && typeof where === 'string' && where !== ''
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongType(name: string, value: unknown, takes: string): never {
  throw new OneshotError(
    'INVALID_OPTION',
    `${name} ${shown(typeof value === 'string' ? value : JSON.stringify(value))} is not valid`,
    `It takes ${takes}.`,
  );
}
