/** docs/experiments.md, made of the stored results and of nothing else. */
import {table} from '../markdown.ts';
import type {AnyExperiment, Result} from './experiment.ts';
import {hardwareText, loadText} from './machine.ts';
import {figure} from './spread.ts';
import type {Results} from './stored.ts';

const HEAD = `# Experiments

\`npm run experiments\` runs all of them, \`npm run experiments -- NAME…\` some, \`-- --quick\` at smaller counts (a quick
result never takes the place of a full one), \`-- --report\` none: it only writes this page and the plots anew. Raw results
are JSON in \`docs/experiments/\`. This page, its plots and the section of the README are made of them; no figure here is
typed by hand, and a test holds page and results together.

What is compared is measured in turn, round by round, in one run on one machine, since the times of a busy machine mean
little by themselves. A figure such as \`4.56 (4.1–5.2)\` is the median of the rounds, and half of them lie in the brackets.
A ratio is the median of the ratios of each round. What is measured runs in processes of its own wherever its memory or CPU
time is a figure.`;

export function reportOf(results: Results): string {
  const sections = [...results].map(([experiment, result]) => sectionOf(experiment, result));
  return `${[HEAD, ...machines(results), ...sections].join('\n\n')}\n`;
}

function machines(results: Results): string[] {
  const rows = [...results].flatMap(([{name}, result]) => (result ? [machineRow(name, result)] : []));
  if (rows.length === 0) return [];
  const head = ['experiment', 'counts', 'day', 'took', 'machine', 'load average before and after'];
  return [table(head, rows).join('\n')];
}

function machineRow(name: string, {mode, date, seconds, machine}: Result<unknown>): string[] {
  const described = `${machine.system}, ${hardwareText(machine)}`;
  return [`[${name}](#${name})`, mode, date, `${figure(seconds)} s`, described, loadText(machine)];
}

function sectionOf(experiment: AnyExperiment, result: Result<unknown> | null): string {
  const {name, title, question, method} = experiment;
  const head = [
    `## ${name}`,
    `**${title}**`,
    `**Question.** ${question}`,
    `**Method.** ${method.join('\n\n')}`,
  ];
  return [...head, ...(result ? found(experiment, result) : ['Not run yet.'])].join('\n\n');
}

function found(experiment: AnyExperiment, result: Result<unknown>): string[] {
  const {answer, consequence, tables} = experiment.report(result);
  const plots = Object.entries(experiment.plots(result)).map(
    ([file, {title}]) => `![${title}](experiments/${file}.svg)`,
  );
  const quick = result.mode === 'quick' ? ['These are the figures of a quick run.'] : [];
  const notes =
    result.notes.length > 0 ? [`Notes:\n\n${result.notes.map((note) => `- ${note}`).join('\n')}`] : [];
  return [
    `**Answer.** ${answer.join('\n\n')}`,
    `**Default that follows.** ${consequence}`,
    ...quick,
    tables.join('\n'),
    ...plots,
    ...notes,
    `Raw results: [${experiment.name}.json](experiments/${experiment.name}.json).`,
  ];
}
