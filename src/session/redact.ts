/**
 * Redaction: values of secret variables, and what looks like a key, never get into a recording or onto a screen. Bytes are
 * redacted before anything else sees them, pieces of text that an agent sends one by one when they become events, and what
 * oneshot says itself when it is logged. See docs/redaction.md.
 */
import type {EventBody} from '../event.ts';
import {Automaton, type Word} from './redact-automaton.ts';
import {bodyRedactor} from './redact-body.ts';
import {DeltaRedactor} from './redact-deltas.ts';
import type {Clue} from './redact-matcher.ts';
import {KEY_PATTERNS} from './redact-patterns.ts';
import {namedSecret, type Secret, secretsOf, type Variables} from './redact-secrets.ts';
import {startTables} from './redact-skipper.ts';
import {RedactingStream, type Rules} from './redact-stream.ts';

export interface RedactorOptions {
  /** The agents' environment, oneshot's own, and what else holds variables with secrets. */
  environments: readonly Variables[];
  /** Variables that hold a secret whatever they are called (`--redact-env`). @default none */
  names?: readonly string[];
}

export interface Redactor {
  /** Those of `names` that are not redacted: not set, or with a value shorter than 8 characters. */
  readonly ignoredNames: readonly string[];
  /** For one stream of bytes, the first of which is at `offset`. */
  stream(offset?: number): RedactingStream;
  /** For the events of one run. */
  deltas(): DeltaRedactor;
  /** A text that is whole. */
  text(text: string): string;
  /** An event that is not the agent's own; the same object where there is nothing in it. */
  body<T extends EventBody>(body: T): T;
}

export function createRedactor({environments, names = []}: RedactorOptions): Redactor {
  const named = names.flatMap((name) => environments.map((variables) => namedSecret(name, variables)));
  const secrets = [...named.filter((secret) => secret !== null), ...environments.flatMap(secretsOf)];
  const rules = rulesOf(secrets);
  const stream = (offset = 0) => new RedactingStream(rules, offset);
  const text = (whole: string) => redacted(stream(), whole);
  return {
    ignoredNames: names.filter((name) => !named.some((secret) => secret?.name === name)),
    stream,
    deltas: () => new DeltaRedactor(stream),
    text,
    body: bodyRedactor(text),
  };
}

function redacted(stream: RedactingStream, text: string): string {
  const parts = [stream.feed(Buffer.from(text)), stream.end()];
  if (parts.every(({redactions}) => redactions.length === 0)) return text;
  return Buffer.concat(parts.map(({bytes}) => bytes)).toString();
}

function rulesOf(secrets: readonly Secret[]): Rules {
  const words = [...secretWords(secrets), ...patternWords()];
  return {automaton: new Automaton(words), starts: startTables(words.map(({bytes}) => bytes))};
}

/** The first variable of several with one value gives it its name. */
function secretWords(secrets: readonly Secret[]): Word<Clue>[] {
  const names = new Map(secrets.toReversed().map(({name, value}) => [value, name]));
  return [...names].map(([value, name]) => ({
    bytes: Buffer.from(value),
    atWordStart: false,
    isHeld: true,
    what: {is: 'secret', name},
  }));
}

function patternWords(): Word<Clue>[] {
  return KEY_PATTERNS.flatMap((pattern) => {
    const {anchors, closers = [], atWordStart, withAnchor} = pattern;
    return [
      ...anchors.map((anchor) => ({
        bytes: Buffer.from(anchor),
        atWordStart,
        isHeld: withAnchor,
        what: {is: 'anchor', pattern} as const,
      })),
      ...closers.map((closer) => ({
        bytes: Buffer.from(closer),
        atWordStart: false,
        isHeld: false,
        what: {is: 'closer'} as const,
      })),
    ];
  });
}
