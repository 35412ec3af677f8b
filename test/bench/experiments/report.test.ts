import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {SCENARIOS} from '../../../bench/activity/scenarios.ts';
import {PROJECT} from '../../../bench/build.ts';
import {KINDS, kindOf} from '../../../bench/experiments/activity/kinds.ts';
import {signsOf} from '../../../bench/experiments/activity/signs.ts';
import {defineExperiment, type Result} from '../../../bench/experiments/experiment.ts';
import {EXPERIMENTS} from '../../../bench/experiments/index.ts';
import {barChart, svgOf} from '../../../bench/experiments/plot.ts';
import {readmeOf} from '../../../bench/experiments/readme.ts';
import {reportOf} from '../../../bench/experiments/report.ts';
import {storedResults} from '../../../bench/experiments/stored.ts';

const read = (...path: string[]) => readFileSync(join(PROJECT, ...path), 'utf8');

describe('the documents in the tree', () => {
  const results = storedResults(EXPERIMENTS);

  it('say what the stored results say: else run npm run experiments -- --report', () => {
    expect(read('docs', 'experiments.md')).toBe(reportOf(results));
    expect(readmeOf(read('README.md'), results)).toBe(read('README.md'));
  });

  it('show plots that are there', () => {
    const shown = [read('docs', 'experiments.md'), read('README.md')].flatMap((document) => [
      ...document.matchAll(/\(\S*experiments\/([\w-]+\.svg)\)/g),
    ]);
    expect(shown.length).toBeGreaterThan(0);
    for (const [, file] of shown) expect(existsSync(join(PROJECT, 'docs', 'experiments', file!))).toBe(true);
  });

  it('have an answer to every experiment', () => {
    expect([...results.values()]).not.toContain(null);
  });
});

describe('a report', () => {
  const experiment = defineExperiment<{rounds: number}, number[]>({
    name: 'sample',
    title: 'A title',
    question: 'How many?',
    method: ['By counting.'],
    counts: {full: {rounds: 2}, quick: {rounds: 1}},
    measure: async ({rounds}) => Array.from({length: rounds}, () => 1),
    report: ({data}) => ({answer: [`${data.length} of them.`], consequence: 'None.', tables: ['| x |']}),
    plots: () => ({'sample-plot': {title: 'A plot', spec: {data: {values: []}, mark: 'bar'}}}),
  });
  const result: Result<unknown> = {
    experiment: 'sample',
    mode: 'quick',
    date: '2026-01-02',
    seconds: 12,
    machine: {system: 'Linux 6 x64', cpu: 'CPU', cores: 2, memoryGB: 8, node: '20.0.0', load: [0.5, 1.5]},
    counts: {rounds: 2},
    notes: ['Something was left out.'],
    data: [1, 1],
  };

  it('has question, method, answer, consequence, tables, plots, notes and the machine', () => {
    const report = reportOf(new Map([[experiment, result]]));
    for (const part of [
      '| [sample](#sample) | quick | 2026-01-02 | 12 s | Linux 6 x64, 2 × CPU, 8 GB, Node 20.0.0 | 0.5 to 1.5 |',
      '**Question.** How many?',
      '**Method.** By counting.',
      '**Answer.** 2 of them.',
      '**Default that follows.** None.',
      'These are the figures of a quick run.',
      '| x |',
      '![A plot](experiments/sample-plot.svg)',
      '- Something was left out.',
      '[sample.json](experiments/sample.json)',
    ])
      expect(report).toContain(part);
  });

  it('says of what was never run that it was not', () => {
    expect(reportOf(new Map([[experiment, null]]))).toContain('Not run yet.');
  });
});

describe('a plot', () => {
  it('is an SVG with a bar a point', async () => {
    const points = [
      {name: 'a', value: 1},
      {name: 'b', value: 2},
    ];
    const axes = {x: {field: 'value', title: 'values'}, y: {field: 'name', title: ''}};
    const svg = await svgOf(barChart({title: 'A title', points, ...axes, color: 'name'}));
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain('A title');
    expect(svg.match(/aria-roledescription="bar"/g)).toHaveLength(2);
    const log = barChart({title: 'A title', points, ...axes, x: {...axes.x, log: true}, color: 'name'});
    expect((await svgOf(log)).match(/aria-roledescription="point"/g)).toHaveLength(2);
  });
});

describe('the kinds of tasks', () => {
  it('cover every scenario, once each', () => {
    const names = SCENARIOS.map(({name}) => name);
    expect(Object.values(KINDS).flat().toSorted()).toEqual(names.toSorted());
    expect(() => kindOf('nonsense')).toThrow('of no kind');
  });
});

describe('signs of life', () => {
  it('are counted from what the model sent, within the idle limit', () => {
    const trace = {
      scenario: 'streaming',
      agent: 'cline-2' as const,
      evidence: {output: [1_200, 9_000], files: [], processes: []},
      signals: [],
      endedMs: null,
      stop: null,
      overMs: 10_000,
      outcome: 'completed' as const,
      askedMs: [],
      sentMs: [1_000, 2_000, 9_500],
      reached: true,
      problems: [],
    };
    expect(signsOf([trace], 'output')).toEqual({acts: 3, seen: 1, latenciesMs: [200]});
    expect(signsOf([trace], 'files')).toEqual({acts: 3, seen: 0, latenciesMs: []});
  });
});
