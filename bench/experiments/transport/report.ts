import {table} from '../../markdown.ts';
import type {Report} from '../experiment.ts';
import {figure, spread, spreadOf} from '../spread.ts';
import type {AgentLoss} from './agents.ts';
import type {Case, TransportData, TransportResult} from './index.ts';
import type {Loss} from './slow-reader.ts';

export function report({data}: TransportResult): Report {
  return {
    answer: answerOf(data),
    consequence:
      '`--transport auto` takes a PTY wherever there is one, for every executor: it is as quick as a pipe for programs that write ' +
      'by line, far quicker for those that do not, and the real agents lose nothing on it.',
    tables: [
      ...pacedTable(data, true),
      '',
      'Without a line end behind the objects:',
      '',
      ...pacedTable(data, false),
      '',
      'Lost at the exit, with a reader that stands still:',
      '',
      ...table(['program', ...waysOf(data.loss)], byName(data.loss, lossText)),
      '',
      'The real agents, with a scripted model:',
      '',
      ...agentsTable(data),
      '',
      'What is right for whom, by these figures:',
      '',
      ...table(['program or agent', 'transport'], rightWays(data)),
    ],
  };
}

function answerOf({paced, loss, agentLoss}: TransportData): string[] {
  const p50 = (name: string, way: string, lineEnds = true) => {
    const found = paced.find((of) => of.name === name && of.way === way && of.lineEnds === lineEnds);
    return spread((found?.samples ?? []).map(({p50Ms}) => p50Ms)).median;
  };
  const stdio = ['C, stdio', 'Python, print'].map(
    (name) =>
      `${name} ${figure(p50(name, 'pty'))} ms on a PTY, ${figure(p50(name, 'pipe'))} ms on a pipe, ${figure(p50(name, 'pipe, by line'))} ms by line`,
  );
  const unended = ['C, stdio', 'Node, process.stdout'].map(
    (name) => `${name} ${figure(p50(name, 'pty', false))} ms`,
  );
  const lost = loss.reduce((sum, {samples}) => sum + samples.reduce((all, one) => all + one.lost, 0), 0);
  return [
    `Programs that hold back their output on a pipe are seen at once on a PTY (p50): ${stdio.join('; ')}. Those that write by ` +
      `themselves are as quick on either. A program that ends no line is not helped by a PTY when its own buffer waits for line ends ` +
      `(p50 ${unended.join(', ')}): only the program can change that. Neither way lost a byte of a program that waits for its ` +
      `reader (${lost} of all).`,
    `Agents do not wait: on a pipe with a reader that stood still, ${agentLossText(agentLoss)}.`,
  ];
}

/** What share of the bytes of the PTY arrived on a pipe, and whether the end did. */
function agentLossText(cases: readonly Case<AgentLoss>[]): string {
  const bytes = (name: string, way: string) =>
    spread(cases.find((of) => of.name === name && of.way === way)!.samples.map((sample) => sample.bytes))
      .median;
  const names = [...new Set(cases.map(({name}) => name))];
  return names
    .map(
      (name) =>
        `${name} delivered ${figure((100 * bytes(name, 'pipe')) / bytes(name, 'pty'))} % of what it did on a PTY`,
    )
    .join(', ');
}

function pacedTable({paced}: TransportData, lineEnds: boolean): string[] {
  const cases = paced.filter((of) => of.lineEnds === lineEnds);
  const ways = waysOf(cases);
  const head = [
    'program',
    ...ways.map((way) => `${way}: first, ms`),
    ...ways.map((way) => `${way}: p50, ms`),
    ...ways.map((way) => `${way}: p99, ms`),
  ];
  const figures = (['firstMs', 'p50Ms', 'p99Ms'] as const).map((key) =>
    byName(cases, (samples) => spreadOf(samples.map((sample) => sample[key]))),
  );
  const rows = figures[0]!.map(([name, ...cells], index) => [
    name!,
    ...cells,
    ...figures.slice(1).flatMap((rowsOf) => rowsOf[index]!.slice(1)),
  ]);
  return table(head, rows);
}

function agentsTable({agentPaced, agentLoss}: TransportData): string[] {
  const rows = agentPaced.map(({name, way, samples}, index) => [
    name,
    way,
    spreadOf(samples.map(({firstMs}) => firstMs)),
    spreadOf(samples.map(({p50Ms}) => p50Ms)),
    spreadOf(samples.map(({p99Ms}) => p99Ms)),
    ...slowText(agentLoss[index]!.samples),
  ]);
  const slow = ['slow reader: bytes', 'slow reader: own end arrived', 'exit code'];
  return table(['agent', 'way', 'first event, ms', 'latency p50, ms', 'latency p99, ms', ...slow], rows);
}

function slowText(samples: readonly AgentLoss[]): string[] {
  const ended = samples.filter((sample) => sample.ended).length;
  const codes = [...new Set(samples.map(({exitCode}) => String(exitCode)))];
  return [spreadOf(samples.map(({bytes}) => bytes)), `${ended} of ${samples.length}`, codes.join(', ')];
}

/** Twice the latency is a difference; so is any byte that is missing. */
function rightWays({paced, agentLoss}: TransportData): string[][] {
  const names = (cases: readonly Case<unknown>[]) => [...new Set(cases.map(({name}) => name))];
  const of = <T>(cases: readonly Case<T>[], name: string, way: string, value: (sample: T) => number) =>
    spread((cases.find((one) => one.name === name && one.way === way)?.samples ?? []).map(value)).median;
  const withLineEnds = paced.filter(({lineEnds}) => lineEnds);
  const programs = names(withLineEnds).map((name) => {
    const [pty, pipe] = ['pty', 'pipe'].map((way) => of(withLineEnds, name, way, ({p50Ms}) => p50Ms));
    const quicker = pipe! > 2 * pty! ? 'PTY, or a pipe by line' : 'either';
    return [name, quicker];
  });
  const agents = names(agentLoss).map((name) => {
    const [pty, pipe] = ['pty', 'pipe'].map((way) => of(agentLoss, name, way, ({bytes}) => bytes));
    return [name, pipe! < pty! ? 'PTY: it loses output on a pipe' : 'either'];
  });
  return [...agents, ...programs];
}

function lossText(samples: readonly Loss[]): string {
  const lost = samples.reduce((sum, one) => sum + one.lost, 0);
  const expected = samples.reduce((sum, one) => sum + one.expected, 0);
  return `${lost.toLocaleString('en-US')} of ${expected.toLocaleString('en-US')} bytes`;
}

function waysOf(cases: readonly Case<unknown>[]): string[] {
  return [...new Set(cases.map(({way}) => way))];
}

/** One row a program, one column a way. */
function byName<T>(cases: readonly Case<T>[], text: (samples: readonly T[]) => string): string[][] {
  const names = [...new Set(cases.map(({name}) => name))];
  return names.map((name) => [
    name,
    ...cases.filter((of) => of.name === name).map(({samples}) => text(samples)),
  ]);
}
