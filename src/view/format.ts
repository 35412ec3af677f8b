/** Figures for people. */
import type {LeftProcess, Usage} from '../event.ts';
import {oneLine} from '../text.ts';

/** `0.3 s`, `42 s`, `2:05`, `1:02:05`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : clockTime(whole);
}

/** `0:42`, `2:05`, `1:02:05`. */
export function elapsed(ms: number): string {
  return clockTime(Math.floor(Math.max(0, ms) / 1000));
}

function clockTime(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `950`, `12.3k`, `1.2M`. */
export function count(value: number): string {
  if (value < 1000) return String(value);
  if (value < 999_950) return `${(value / 1000).toFixed(1)}k`;
  return `${(value / 1_000_000).toFixed(1)}M`;
}

/** What is known of the usage: `12.3k tokens in`, `950 out`, `$0.0123`. */
export function usageParts({inputTokens, outputTokens, costUsd}: Usage): string[] {
  const parts: string[] = [];
  if (inputTokens !== null) parts.push(`${count(inputTokens)} tokens in`);
  if (outputTokens !== null) parts.push(`${count(outputTokens)} out`);
  if (costUsd !== null) parts.push(`$${costUsd.toFixed(costUsd > 0 && costUsd < 1 ? 4 : 2)}`);
  return parts;
}

/** How many processes a line names, and how much of each, in characters. */
const MAX_PROCESSES = 5;
const MAX_COMMAND_CHARS = 60;

/** `2 processes: 7 sleep 100, 8 node server.js`. */
export function processList(processes: readonly LeftProcess[]): string {
  const named = processes
    .slice(0, MAX_PROCESSES)
    .map(({pid, command}) => `${pid} ${oneLine(command, MAX_COMMAND_CHARS)}`);
  const more = processes.length > MAX_PROCESSES ? [`${processes.length - MAX_PROCESSES} more`] : [];
  return `${processes.length === 1 ? '1 process' : `${processes.length} processes`}: ${[...named, ...more].join(', ')}`;
}
