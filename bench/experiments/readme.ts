/** The section of the README that is made of the results of `peers` and `transport`. */
import {replaceSection, table} from '../markdown.ts';
import {hardwareText, loadText} from './machine.ts';
import type {PeerData} from './peers/index.ts';
import type {PeerName} from './peers/names.ts';
import {lossText, orphansText} from './peers/report.ts';
import {figure, spread} from './spread.ts';
import type {Results} from './stored.ts';

const SECTION = 'experiments';

/** Whom the README shows; the others are in docs/experiments.md. */
const SHOWN: readonly PeerName[] = [
  'oneshot, PTY',
  'oneshot, pipe',
  'node-pty',
  '@replit/ruspty',
  'execa, lines',
  'script',
  'Claude Agent SDK',
  'Codex SDK',
  'Python subprocess.run',
  'C reader, PTY',
];

/** The document with that section written anew, as far as there are results. */
export function readmeOf(document: string, results: Results): string {
  const lines = [...peersLines(results), ...plotLines(results)];
  return lines.length === 0 ? document : replaceSection(document, SECTION, lines);
}

function peersLines(results: Results): string[] {
  const result = resultOf(results, 'peers');
  if (!result) return [];
  const peers = result.data as PeerData[];
  const rows = SHOWN.flatMap((name) => peers.filter(({peer}) => peer === name)).map(row);
  const {machine} = result;
  return [
    ...table(
      [
        '',
        'line seen after (p50)',
        'CPU',
        'runs that lost output at the exit',
        'processes left after a kill',
      ],
      rows,
    ),
    '',
    `A C program writes JSON lines with stdio; ${machine.system}, ${hardwareText(machine)}, load ` +
      `${loadText(machine)}${result.mode === 'quick' ? ', quick run' : ''}. The C reader parses nothing. ` +
      'A program that writes by line by itself, as most agents do, is seen as soon on a pipe; what agents lose there is in the plot.',
  ];
}

function row({peer, streams, loss, orphans}: PeerData): string[] {
  const p50 = spread(streams.map(({paced}) => paced.p50Ms)).median;
  const cpu = spread(streams.map(({flood}) => flood.cpuMsPerMB)).median;
  return [peer, `${figure(p50)} ms`, `${figure(cpu)} ms a MB`, lossText(loss), orphansText(orphans)];
}

function plotLines(results: Results): string[] {
  const names = ['peers-latency', 'transport-loss'];
  return [...results].flatMap(([experiment, result]) =>
    Object.entries(result ? experiment.plots(result) : {})
      .filter(([name]) => names.includes(name))
      .flatMap(([name, {title}]) => ['', `![${title}](docs/experiments/${name}.svg)`]),
  );
}

function resultOf(results: Results, wanted: string) {
  return [...results].find(([{name}]) => name === wanted)?.[1] ?? null;
}
