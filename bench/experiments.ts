/**
 * `npm run experiments [-- NAME… --quick --overloaded --report]`: runs experiments, all of them unless some are named, keeps their raw
 * results in docs/experiments and writes docs/experiments.md, its plots and the section of the README anew; with `--report`
 * only the latter. With `--overloaded` a result is kept beside the one that is there, as that of a busy machine. Progress goes to stderr. Exit 1 when one breaks off; the others are run all the same.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {PROJECT} from './build.ts';
import type {AnyExperiment, Mode, Result, Tools} from './experiments/experiment.ts';
import {EXPERIMENTS} from './experiments/index.ts';
import {loadNow, machine} from './experiments/machine.ts';
import {progressBar} from './experiments/progress-bar.ts';
import {readmeOf} from './experiments/readme.ts';
import {reportOf} from './experiments/report.ts';
import {DOCS, drawPlots, store, storedResults, storeOverloaded} from './experiments/stored.ts';

const README = join(PROJECT, 'README.md');

async function main(argv: readonly string[]): Promise<boolean> {
  const named = argv.filter((argument) => !argument.startsWith('--'));
  const unknown = argv.filter((argument) => argument.startsWith('--') && !OPTIONS.includes(argument));
  const experiments = EXPERIMENTS.filter(({name}) => named.length === 0 || named.includes(name));
  if (unknown.length > 0 || named.some((name) => !EXPERIMENTS.some((known) => known.name === name))) {
    const names = EXPERIMENTS.map(({name}) => name).join('|');
    process.stderr.write(`usage: experiments.ts [${names}]… [--quick] [--overloaded] [--report]\n`);
    return false;
  }
  let ok = true;
  const mode = argv.includes('--quick') ? 'quick' : 'full';
  const keep = argv.includes('--overloaded') ? storeOverloaded : store;
  if (!argv.includes('--report'))
    for (const experiment of experiments) ok = (await runAndStore(experiment, mode, keep)) && ok;
  await writeReports();
  return ok;
}

const OPTIONS: readonly string[] = ['--quick', '--overloaded', '--report'];

async function runAndStore(experiment: AnyExperiment, mode: Mode, keep: typeof store): Promise<boolean> {
  try {
    const isKept = keep(experiment, await resultOf(experiment, mode));
    if (!isKept) process.stderr.write(`${experiment.name}: not kept; what is stored stays as it is\n`);
    return true;
  } catch (error) {
    process.stderr.write(`${experiment.name}: ${error instanceof Error ? error.stack : error}\n`);
    return false;
  }
}

async function resultOf(experiment: AnyExperiment, mode: Mode): Promise<Result<unknown>> {
  const loadBefore = loadNow();
  const startedMs = performance.now();
  const bar = progressBar(experiment.name, process.stderr);
  const notes = new Set<string>();
  const tools: Tools = {progress: bar.step, note: (text) => void notes.add(text)};
  const counts = experiment.counts[mode];
  const data = await experiment.measure(counts, tools);
  bar.end();
  return {
    experiment: experiment.name,
    mode,
    date: new Date().toISOString().slice(0, 10),
    seconds: Math.round((performance.now() - startedMs) / 1000),
    machine: machine(loadBefore),
    counts,
    notes: [...notes],
    data,
  };
}

async function writeReports(): Promise<void> {
  const results = storedResults(EXPERIMENTS);
  await drawPlots(results);
  writeFileSync(join(DOCS, 'experiments.md'), reportOf(results));
  writeFileSync(README, readmeOf(readFileSync(README, 'utf8'), results));
}

// Not by running out of work: see check.ts.
process.exit((await main(process.argv.slice(2))) ? 0 : 1);
