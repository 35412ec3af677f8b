/**
 * `npm run bench [-- --record]`: the figures of docs/performance.md at reduced counts, against those in baseline.json. Exit 1
 * when a ratio has become more than 25 % worse in each of three tries. `--record` writes what full counts measure into it.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {type Baseline, recorded, type Worse, worseThan} from './figures/baseline.ts';
import type {Figure} from './figures/figure.ts';
import {FIGURES} from './figures/index.ts';
import {measureFigures} from './figures/measure.ts';

const PATH = join(import.meta.dirname, 'baseline.json');
const TRIES = 3;

/**
 * How fast a C program sees a write differs from machine to machine, more than ours does. What oneshot itself takes is held
 * by check:live, against a reader of Node.
 */
const NOT_COMPARED: ReadonlySet<string> = new Set(['latency, PTY']);

const say = (text: string) => void process.stderr.write(`bench: ${text}\n`);

async function record(): Promise<boolean> {
  const figures = await measureFigures('full', say);
  writeFileSync(
    PATH,
    `${JSON.stringify(recorded(figures.filter(({name}) => !NOT_COMPARED.has(name))), null, 2)}\n`,
  );
  return true;
}

/** What is worse is measured again: the machine may have been busy with other things. */
async function compare(baseline: Baseline): Promise<boolean> {
  let groups = Object.keys(FIGURES).filter((name) =>
    FIGURES[name]!.names.some((figure) => figure in baseline),
  );
  let worse: Worse[] = [];
  for (let tries = 0; tries < TRIES && groups.length > 0; tries++) {
    const figures = await measureFigures('reduced', say, groups);
    if (tries === 0) print(figures, baseline);
    worse = worseThan(baseline, figures);
    groups = groups.filter((name) => worse.some((one) => FIGURES[name]!.names.includes(one.name)));
  }
  for (const {name, was, is} of worse) say(`${name} was ${was} and is ${is}`);
  process.stdout.write(`${JSON.stringify({name: 'bench', worse, ok: groups.length === 0})}\n`);
  return groups.length === 0;
}

function print(figures: readonly Figure[], baseline: Baseline): void {
  for (const {name, value} of figures)
    process.stdout.write(`${name}: ${value ?? 'not measured'}, recorded ${baseline[name] ?? 'none'}\n`);
}

const isOk = process.argv.includes('--record')
  ? await record()
  : await compare(JSON.parse(readFileSync(PATH, 'utf8')) as Baseline);
process.exit(isOk ? 0 : 1);
