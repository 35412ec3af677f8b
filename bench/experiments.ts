/**
 * `npm run experiments NAME [-- --reduced]`: runs an experiment of docs/experiments.md, prints its tables and, at full
 * counts, writes them and the raw results into docs. Progress goes to stderr. Exit 1 when what must hold does not.
 */
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {cellsOf, runMatrix} from './activity/matrix.ts';
import {rawResults, reported} from './activity/report.ts';
import {PROJECT} from './build.ts';
import {judged} from './checks/activity.ts';
import {sectionOf} from './markdown.ts';

/** Runs an experiment; returns whether what must hold does. */
type Experiment = (reduced: boolean) => Promise<boolean>;

const EXPERIMENTS: Readonly<Record<string, Experiment>> = {activity};

const DOCUMENT = join(PROJECT, 'docs', 'experiments.md');

async function activity(reduced: boolean): Promise<boolean> {
  const progress = (text: string) => process.stderr.write(`activity: ${text}\n`);
  const result = await runMatrix(cellsOf(reduced ? 'reduced' : 'agents'), 2, progress);
  const document = reported(readFileSync(DOCUMENT, 'utf8'), result);
  if (!reduced) save(document, 'activity.json', rawResults(result));
  const {ok, value, target, problems} = judged(result);
  process.stdout.write(
    `${sectionOf(document, 'activity')}\n${JSON.stringify({value, target, ok, problems})}\n`,
  );
  return ok;
}

function save(document: string, rawName: string, raw: string): void {
  const folder = join(PROJECT, 'docs', 'experiments');
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, rawName), raw);
  writeFileSync(DOCUMENT, document);
}

async function main(argv: readonly string[]): Promise<boolean> {
  const reduced = argv.includes('--reduced');
  const [name = '', ...others] = argv.filter((argument) => argument !== '--reduced');
  const experiment = EXPERIMENTS[name];
  if (!experiment || others.length > 0) {
    process.stderr.write(`usage: experiments.ts ${Object.keys(EXPERIMENTS).join('|')} [--reduced]\n`);
    return false;
  }
  return experiment(reduced);
}

// Not by running out of work: see check.ts.
process.exit((await main(process.argv.slice(2))) ? 0 : 1);
