/** Which values of an environment are secrets. */
import {existsSync} from 'node:fs';

export interface Secret {
  /** Name of the variable. */
  name: string;
  value: string;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** Shorter values are not redacted: they would be found in ordinary words. */
export const MIN_SECRET_CHARS = 8;

/** The secrets among `variables`, by name and value, and the passwords in URLs. */
export function secretsOf(variables: Variables): Secret[] {
  return Object.entries(variables).flatMap(([name, content = '']) => {
    const value = bareValue(content);
    const secrets = [...urlPasswords(value)];
    if (isSecretName(name) && !isHarmless(name, value)) secrets.unshift(value);
    return secrets.filter(isLongEnough).map((secret) => ({name, value: secret}));
  });
}

/** The value of the variable that the user names, whatever it looks like; null where it is too short to be redacted. */
export function namedSecret(name: string, variables: Variables): Secret | null {
  const value = bareValue(variables[name] ?? '');
  return isLongEnough(value) ? {name, value} : null;
}

function isLongEnough(value: string): boolean {
  return [...value].length >= MIN_SECRET_CHARS;
}

/** White space and quotes around a value are not part of what a program prints. */
function bareValue(content: string): string {
  const value = content.trim();
  return /^(["']).+\1$/s.test(value) ? value.slice(1, -1) : value;
}

/** `postgres://user:PASSWORD@host`, as it stands there and decoded. */
function urlPasswords(value: string): string[] {
  const [, password] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@:]*:([^/?#@]+)@/i.exec(value) ?? [];
  return password === undefined ? [] : [...new Set([password, decoded(password)])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Anywhere in a word of a name. */
const SECRET_PART = /token|secret|passw(or)?d|passphrase|credential|apikey/;
const SECRET_WORDS: ReadonlySet<string> = new Set([
  'auth',
  'authorization',
  'bearer',
  'cookie',
  'cred',
  'creds',
  'jwt',
  'oauth',
  'pat',
  'pwd',
]);
const SECRET_END = /(key|keys|pass)$/;
const HARMLESS_WORDS: ReadonlySet<string> = new Set([
  'askpass',
  'bypass',
  'compass',
  'donkey',
  'hotkey',
  'hotkeys',
  'lesskey',
  'monkey',
  'turkey',
]);
/** `pwd` is the working directory there. */
const HARMLESS_NAMES: ReadonlySet<string> = new Set(['PWD', 'OLDPWD', 'INIT_CWD']);

/** Whether a variable of this name is taken to hold a secret: `API_KEY`, `githubToken`, `DB_PASSWORD`; not `KEYBOARD`. */
export function isSecretName(name: string): boolean {
  return !HARMLESS_NAMES.has(name) && wordsOf(name).some(isSecretWord);
}

function isSecretWord(word: string): boolean {
  if (HARMLESS_WORDS.has(word)) return false;
  return SECRET_PART.test(word) || SECRET_WORDS.has(word) || SECRET_END.test(word);
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

const SETTINGS: ReadonlySet<string> = new Set([
  'anonymous',
  'automatic',
  'disabled',
  'optional',
  'redacted',
  'required',
  'undefined',
]);
const PLACE_WORDS: ReadonlySet<string> = new Set([
  'dir',
  'directory',
  'endpoint',
  'file',
  'home',
  'host',
  'path',
  'sock',
  'socket',
  'uri',
  'url',
]);
const PATH = /^(~|\.{0,2}\/|[a-z]:[\\/])/i;
const PLAIN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^@?]*$/i;

/** Under a secret's name there may stand a path, an address, a number of tokens, a setting, a row of asterisks. */
function isHarmless(name: string, value: string): boolean {
  const words = wordsOf(name);
  if (SETTINGS.has(value.toLowerCase()) || /^(.)\1*$/su.test(value)) return true;
  if (/^\d+$/.test(value) && words.includes('tokens')) return true;
  if (PLACE_WORDS.has(words.at(-1)!)) return PATH.test(value) || PLAIN_URL.test(value);
  // A base64 value may begin with a slash too, but is no file.
  return PATH.test(value) && existsSync(value);
}
