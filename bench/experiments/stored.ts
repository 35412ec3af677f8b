/** Raw results and plots in docs/experiments. */
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {PROJECT} from '../build.ts';
import type {AnyExperiment, Result} from './experiment.ts';
import {svgOf} from './plot.ts';

export const DOCS = join(PROJECT, 'docs');
const FOLDER = join(DOCS, 'experiments');

/** What is stored of each experiment; null: nothing. */
export type Results = ReadonlyMap<AnyExperiment, Result<unknown> | null>;

export function storedResults(experiments: readonly AnyExperiment[]): Results {
  return new Map(experiments.map((experiment) => [experiment, storedResult(experiment)]));
}

function storedResult({name}: AnyExperiment): Result<unknown> | null {
  const path = join(FOLDER, `${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Result<unknown>) : null;
}

/** Keeps a result. A quick one never takes the place of a full one; false then. */
export function store(experiment: AnyExperiment, result: Result<unknown>): boolean {
  const before = storedResult(experiment);
  if (result.mode === 'quick' && before?.mode === 'full') return false;
  write(experiment, before?.overloaded ? {...result, overloaded: before.overloaded} : result);
  return true;
}

/** Keeps a result beside the one that is stored, as that of an overloaded machine; false where none is stored. */
export function storeOverloaded(experiment: AnyExperiment, {machine, data}: Result<unknown>): boolean {
  const before = storedResult(experiment);
  if (before) write(experiment, {...before, overloaded: {machine, data}});
  return before !== null;
}

function write({name}: AnyExperiment, result: Result<unknown>): void {
  mkdirSync(FOLDER, {recursive: true});
  writeFileSync(join(FOLDER, `${name}.json`), textOf(result));
}

/** Draws the plots of all that is stored. */
export async function drawPlots(results: Results): Promise<void> {
  for (const [experiment, result] of results)
    for (const [name, {spec}] of Object.entries(result ? experiment.plots(result) : {}))
      writeFileSync(join(FOLDER, `${name}.svg`), await svgOf(spec));
}

/** JSON with a line for each element of the arrays near the top, so that a change of it can be read. */
export function textOf(value: unknown, depth = 0): string {
  const isDeep = depth >= 3 || value === null || typeof value !== 'object';
  if (isDeep || (Array.isArray(value) && !value.some((item) => typeof item === 'object')))
    return JSON.stringify(value) + (depth === 0 ? '\n' : '');
  const indent = '  '.repeat(depth + 1);
  const parts = Array.isArray(value)
    ? value.map((item) => JSON.stringify(item))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${textOf(item, depth + 1)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const inner = parts.map((part) => `${indent}${part}`).join(',\n');
  return `${open}\n${inner}\n${'  '.repeat(depth)}${close}${depth === 0 ? '\n' : ''}`;
}
