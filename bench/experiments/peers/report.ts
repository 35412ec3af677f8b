import {table} from '../../markdown.ts';
import type {Report} from '../experiment.ts';
import {loadText} from '../machine.ts';
import {figure, ratioSpread, spread, spreadOf, spreadText} from '../spread.ts';
import type {PeerData, PeersResult} from './index.ts';
import {PEERS} from './names.ts';
import type {Streamed} from './tasks.ts';

export function report({data, overloaded}: PeersResult): Report {
  return {
    answer: data.length === 0 ? ['Nothing could be run here.'] : answerOf(data),
    consequence:
      'A PTY of our own (`openpty` by FFI, the slave kept open until the child has exited, then the master read until it is empty) ' +
      'rather than a library; processes looked up by descent and by a mark in their environment rather than a kill of the group.',
    tables: [
      ...peersTable(data),
      '',
      'As ratios to oneshot on a PTY, round by round:',
      '',
      ...ratiosTable(data),
      ...overloadedLines(overloaded),
    ],
  };
}

function answerOf(data: readonly PeerData[]): string[] {
  const of = (name: PeerData['peer']) => data.find(({peer}) => peer === name);
  const p50 = (name: PeerData['peer']) => spread(of(name)!.streams.map(({paced}) => paced.p50Ms)).median;
  const losing = data
    .filter(({loss}) => (loss?.lostBytes ?? 0) > 0)
    .map(({peer, loss}) => `${peer} in ${loss!.runsWithLoss} of ${loss!.runs} runs`);
  const leaving = data.filter(({orphans}) => (orphans?.left ?? 0) > 0).map(({peer}) => peer);
  const clean = data.filter(({orphans}) => orphans?.left === 0).map(({peer}) => peer);
  return [
    `A line is seen after ${figure(p50('oneshot, PTY'))} ms (p50), a reader in C on a PTY sees it after ${figure(p50('C reader, PTY'))} ms and ` +
      `on a pipe, where stdio holds it back, after ${figure(p50('C reader, pipe'))} ms. ` +
      (losing.length > 0
        ? `Output at the exit was lost by ${losing.join(', ')}.`
        : 'Nobody lost output at the exit.'),
    `After a kill, processes lived on with ${leaving.join(', ') || 'nobody'}; none with ${clean.join(', ') || 'nobody'}.`,
  ];
}

const HEAD = [
  'first, ms',
  'latency p50, ms',
  'latency p99, ms',
  'fast, MB/s',
  'CPU, ms a MB',
  'memory, MB',
] as const;

const FIGURES: readonly ((sample: Streamed) => number)[] = [
  ({paced}) => paced.firstMs,
  ({paced}) => paced.p50Ms,
  ({paced}) => paced.p99Ms,
  ({flood}) => flood.megabytesPerSecond,
  ({flood}) => flood.cpuMsPerMB,
  ({flood}) => flood.rssBytes / 1e6,
];

function peersTable(data: readonly PeerData[]): string[] {
  const rows = data.map(({peer, streams, loss, orphans}) => [
    peer,
    PEERS[peer].how,
    ...FIGURES.map((value) => spreadOf(streams.map(value))),
    lossText(loss),
    orphansText(orphans),
  ]);
  return table(['peer', 'how', ...HEAD, 'lost at the exit', 'orphans'], rows);
}

function ratiosTable(data: readonly PeerData[]): string[] {
  const reference = data.find(({peer}) => peer === 'oneshot, PTY')?.streams ?? [];
  const rows = data
    .filter(({streams}) => streams.length === reference.length)
    .map(({peer, streams}) => [
      peer,
      ...FIGURES.map((value) => spreadText(ratioSpread(streams.map(value), reference.map(value)))),
    ]);
  return table(['peer', ...HEAD.map((title) => title.replace(/,.*/, ''))], rows);
}

/** What is different where the processor is never free. */
function overloadedLines(overloaded: PeersResult['overloaded']): string[] {
  if (!overloaded) return [];
  const {machine, data} = overloaded;
  const rows = data.map(({peer, streams, loss}) => [
    peer,
    ...[1, 2, 4].map((index) => spreadOf(streams.map(FIGURES[index]!))),
    lossText(loss),
  ]);
  return [
    '',
    `On an overloaded machine (load average ${loadText(machine)}) every PTY is slower than a pipe that is written by line: the kernel hands ` +
      'on the bytes of a PTY in a thread of its own, which then has to wait for the processor.',
    '',
    ...table(['peer', ...[1, 2, 4].map((index) => HEAD[index]!), 'lost at the exit'], rows),
  ];
}

export function lossText(loss: PeerData['loss']): string {
  if (loss === null) return '–';
  const {runs, runsWithLoss, lostBytes, expectedBytes} = loss;
  if (lostBytes === 0) return `0 of ${runs.toLocaleString('en-US')} runs`;
  return `${runsWithLoss.toLocaleString('en-US')} of ${runs.toLocaleString('en-US')} runs, ${figure((100 * lostBytes) / expectedBytes)} % of the bytes`;
}

export function orphansText(orphans: PeerData['orphans']): string {
  return orphans === null ? '–' : `${orphans.left} of ${orphans.started}`;
}
