/** Reads the values of options. Each throws a OneshotError that shows the value and says what would be right. */
import {EVIDENCE_KINDS} from '../activity/evidence.ts';
import type {ActivityOptions} from '../activity/options.ts';
import {OneshotError} from '../error.ts';
import type {EvidenceKind, PermissionMode} from '../event.ts';
import {type ExecutorName, executorNames} from '../executor/executor.ts';
import {NOTIFY_FORMATS, type NotifyFormat} from '../notify/options.ts';
import type {TransportChoice} from '../transport/transport.ts';
import type {Verbosity} from '../view/transcript.ts';
import {nearest} from './suggest.ts';

/** `auto`: claude, then cline. */
export type ExecutorChoice = ExecutorName | 'auto';

export type ExportFormat = 'md' | 'jsonl' | 'asciicast' | 'result';

export type AskPolicy = ActivityOptions['onAsk'];

const PERMISSION_MODES: readonly PermissionMode[] = ['agent', 'read', 'edit', 'full'];
const TRANSPORTS: readonly TransportChoice[] = ['auto', 'pty', 'pipe', 'buffered'];
const VERBOSITIES: readonly Verbosity[] = ['quiet', 'normal', 'verbose', 'debug'];
const EXPORT_FORMATS: readonly ExportFormat[] = ['md', 'jsonl', 'asciicast', 'result'];
const ASK_POLICIES: readonly AskPolicy[] = ['stop', 'wait'];

/** V8 holds no longer string than this; a larger frame could not be parsed. */
const MAX_FRAME_LIMIT_BYTES = 512 * 1024 * 1024;

export function executorChoice(option: string, value: string): ExecutorChoice {
  return executorAmong(option, value, ['auto', ...executorNames]);
}

/** An executor that is named, for commands that cannot choose. */
export function executorName(option: string, value: string): ExecutorName {
  return executorAmong(option, value, executorNames);
}

const FALLBACKS = ['auto', 'claude', 'cline'] as const satisfies readonly ExecutorChoice[];

/** Who can take over without options of its own. */
export function fallbackChoice(option: string, value: string): (typeof FALLBACKS)[number] {
  const name = executorChoice(option, value);
  const found = FALLBACKS.find((one) => one === name);
  if (found !== undefined) return found;
  const nextStep = `It takes ${FALLBACKS.join(', ')}: the program of a command and the endpoint of a model are those of a role.`;
  throw new OneshotError('INVALID_OPTION', `${option} ${shown(value)} is not valid`, nextStep);
}

function executorAmong<T extends ExecutorChoice>(option: string, value: string, names: readonly T[]): T {
  if ((names as readonly string[]).includes(value)) return value as T;
  throw new OneshotError(
    'UNKNOWN_EXECUTOR',
    `${option} ${shown(value)} is no executor`,
    `Did you mean ${nearest(value, names)}? There are ${names.join(', ')}.`,
  );
}

export function permissionMode(option: string, value: string): PermissionMode {
  return oneOf(option, value, PERMISSION_MODES);
}

export function transportChoice(option: string, value: string): TransportChoice {
  return oneOf(option, value, TRANSPORTS);
}

export function askPolicy(option: string, value: string): AskPolicy {
  return oneOf(option, value, ASK_POLICIES);
}

/** `files,output`: each kind once, in the order of `EVIDENCE_KINDS`. */
export function evidenceKinds(option: string, value: string): EvidenceKind[] {
  const named = value.split(',').map((part) => oneOf(option, part.trim(), EVIDENCE_KINDS));
  return EVIDENCE_KINDS.filter((kind) => named.includes(kind));
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  if ((allowed as readonly string[]).includes(value)) return value as T;
  throw invalid(
    option,
    value,
    `Did you mean ${nearest(value, allowed)}? ${option} takes ${allowed.join(', ')}.`,
  );
}

export function positiveInteger(option: string, value: string): number {
  if (/^0*[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw invalid(option, value, 'It takes a whole number from 1 on.');
}

/** `2`, `0.5`, `10x`: how many times as fast. */
export function speed(option: string, value: string): number {
  const times = Number(/^(\d{1,6}(?:\.\d{1,6})?)x?$/.exec(value)?.[1]);
  if (times >= MIN_SPEED && times <= MAX_SPEED) return times;
  throw invalid(
    option,
    value,
    `It takes a number from ${MIN_SPEED} to ${MAX_SPEED}; --instant waits for nothing.`,
  );
}

const MIN_SPEED = 0.1;
const MAX_SPEED = 1000;

export function exportFormat(option: string, value: string): ExportFormat {
  return oneOf(option, value, EXPORT_FORMATS);
}

export function wholeNumber(option: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw invalid(option, value, 'It takes a whole number from 0 on.');
}

/** An amount that must not be exceeded. */
export type Limit = number | 'off';

/** `5`, `0.50`, `$2.50`, `off`. */
export function moneyOrOff(option: string, value: string): Limit {
  if (value === 'off') return value;
  const amount = Number(/^\$?(\d{1,7}(?:\.\d{1,6})?)$/.exec(value)?.[1]);
  if (amount > 0) return amount;
  throw invalid(option, value, 'It takes US dollars, such as 2.50, or off.');
}

/** `150000`, `200k`, `1.5M`, `off`. */
export function tokensOrOff(option: string, value: string): Limit {
  if (value === 'off') return value;
  const [, digits, unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?)([kM]?)$/.exec(value) ?? [];
  const tokens = Math.round(Number(digits) * {'': 1, k: 1e3, M: 1e6}[unit as '' | 'k' | 'M']);
  if (tokens > 0) return tokens;
  throw invalid(option, value, 'It takes a number such as 150000, 200k or 1.5M, or off.');
}

/** `50`, `off`. */
export function countOrOff(option: string, value: string): Limit {
  return value === 'off' ? value : positiveInteger(option, value);
}

/** A line for the shell. */
export function checkCommand(option: string, value: string): string {
  if (value.trim() !== '' && !/^-\S*$/.test(value) && !value.includes('\0')) return value;
  throw invalid(option, value, `${option} needs a command, such as ${option} "npm test".`);
}

export function signalName(option: string, value: string): string {
  if (/^SIG[A-Z0-9]+$/.test(value)) return value;
  throw invalid(option, value, 'It takes the name of a signal, such as SIGTERM.');
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

/** `1048576`, `64MiB`, `10 MB`. */
export function frameBytes(option: string, value: string): number {
  const [, digits, unit] = /^(\d{1,12}) ?([a-z]*)$/.exec(value.toLowerCase()) ?? [];
  const factor = unit === undefined ? undefined : BYTE_UNITS[unit];
  const bytes = Number(digits) * (factor ?? Number.NaN);
  if (bytes >= 1 && bytes <= MAX_FRAME_LIMIT_BYTES) return bytes;
  throw invalid(option, value, 'It takes bytes, such as 1048576 or 64MiB, at most 512MiB.');
}

const TIME_UNITS_MS: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000};

/** A timer of Node's takes no more than 2^31 - 1 ms, which is 596 h. */
const MAX_DURATION_MS = 500 * TIME_UNITS_MS.h!;

const DURATION_FORMS = 'a time such as 30s, 1.5m, 1h, 500ms, or 90 for seconds, at most 500h';

/** `30s`, `1.5m`, `1h`, `500ms`, plain seconds `90`: in ms, at least 1. */
export function durationMs(option: string, value: string): number {
  const ms = readDuration(value);
  if (ms === null) throw invalid(option, value, `It takes ${DURATION_FORMS}.`);
  return ms;
}

/** The same, or `off`. */
export function durationOrOff(option: string, value: string): number | 'off' {
  if (value === 'off') return value;
  const ms = readDuration(value);
  if (ms === null) throw invalid(option, value, `It takes ${DURATION_FORMS}, or off.`);
  return ms;
}

function readDuration(value: string): number | null {
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?) ?(ms|s|m|h)?$/.exec(value) ?? [];
  const ms = Math.round(Number(digits) * TIME_UNITS_MS[unit]!);
  return ms >= 1 && ms <= MAX_DURATION_MS ? ms : null;
}

/** A time as an option takes it: `90s`, `1500ms`, `2m`, `1h`. */
export function durationText(ms: number): string {
  const unit = ['h', 'm', 's'].find((one) => ms % TIME_UNITS_MS[one]! === 0) ?? 'ms';
  return `${ms / TIME_UNITS_MS[unit]!}${unit}`;
}

/** `K=V`; the value may be empty and may hold more `=`. */
export function variable(option: string, value: string): [name: string, value: string] {
  const [, name, content] = /^([^=\0]+)=([^\0]*)$/s.exec(value) ?? [];
  if (name !== undefined && content !== undefined) return [name, content];
  throw invalid(option, value, `It takes NAME=VALUE, such as ${option} LANG=C.`);
}

/** Free text that is no option itself: `--worker-model --json` is a forgotten value, not a model. */
export function plainValue(option: string, value: string): string {
  if (value.trim() !== '' && !value.startsWith('-')) return value;
  throw invalid(option, value, `${option} needs a value.`);
}

/** Text for a prompt or the shell; one word with a dash before it is a forgotten value. */
export function freeText(option: string, value: string): string {
  if (value.trim() !== '' && !/^-\S*$/.test(value) && !value.includes('\0')) return value;
  throw invalid(option, value, `${option} needs a text.`);
}

/** Webhooks have URLs that are secrets, so no message shows it. */
export function notifyUrl(option: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return value;
  throw new OneshotError(
    'INVALID_OPTION',
    `${option} is no http or https URL without a user and a password`,
    'Give the whole URL of the webhook.',
  );
}

/** The same without what may be secret in it. */
export function shownUrl(value: string): string {
  return `${new URL(value).origin}/…`;
}

export function notifyFormat(option: string, value: string): NotifyFormat {
  return oneOf(option, value, NOTIFY_FORMATS);
}

/** `GITHUB_TOKEN,MY_KEY`: names of variables. */
export function variableNames(option: string, value: string): string[] {
  const named = value.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  if (named.every((name) => /^[^=\0\s-][^=\0\s]*$/.test(name))) return [...new Set(named)];
  throw invalid(option, value, 'It takes names of variables, such as GITHUB_TOKEN.');
}

export function verbosity(option: string, value: string): Verbosity {
  return oneOf(option, value, VERBOSITIES);
}

function invalid(option: string, value: string, nextStep: string): OneshotError {
  return new OneshotError('INVALID_OPTION', `${option} ${shown(value)} is not valid`, nextStep);
}

/** A value for an error line. */
export function shown(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
