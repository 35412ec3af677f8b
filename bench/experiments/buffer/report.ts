import {table} from '../../markdown.ts';
import type {Report} from '../experiment.ts';
import {figure, ratioSpread, spread, spreadOf, spreadText} from '../spread.ts';
import type {BufferResult} from './index.ts';
import type {BufferSample} from './reader.worker.ts';

type Column = readonly [title: string, value: (sample: BufferSample) => number];

const COLUMNS: readonly Column[] = [
  ['first output, ms', ({firstMs}) => firstMs],
  ['latency p50, ms', ({p50Ms}) => p50Ms],
  ['latency p99, ms', ({p99Ms}) => p99Ms],
  ['CPU a line, paced, µs', ({pacedCpuUs}) => pacedCpuUs],
  ['CPU a line, fast, µs', ({floodCpuUs}) => floodCpuUs],
  ['fast, MB/s', ({megabytesPerSecond}) => megabytesPerSecond],
  ['memory, MB', ({rssBytes}) => rssBytes / 1e6],
];

export function report({data}: BufferResult): Report {
  const reference = data['65536'] ?? [];
  const rows = Object.entries(data).map(([size, samples]) => [
    nameOf(size),
    ...COLUMNS.map(([, value]) => spreadOf(samples.map(value))),
  ]);
  const ratios = Object.entries(data).map(([size, samples]) => [
    nameOf(size),
    ...COLUMNS.map(([, value]) => spreadText(ratioSpread(samples.map(value), reference.map(value)))),
  ]);
  const head = ['buffer', ...COLUMNS.map(([title]) => title)];
  return {
    answer: answerOf(data),
    consequence:
      'A buffer of 64 KiB, read without waiting for it to fill. It is no setting, since no other size is better for anybody.',
    tables: [...table(head, rows), '', 'The same, as a ratio to 64 KiB:', '', ...table(head, ratios)],
  };
}

function answerOf(data: BufferResult['data']): string[] {
  const middle = (size: string, value: Column[1]) => spread((data[size] ?? []).map(value)).median;
  const p50 = (size: string) => middle(size, ({p50Ms}) => p50Ms);
  const cpu = (size: string) => middle(size, ({floodCpuUs}) => floodCpuUs);
  const rate = (size: string) => middle(size, ({megabytesPerSecond}) => megabytesPerSecond);
  const many = ['1024', '4096', '8192', '65536'];
  const range = (value: (size: string) => number) =>
    `${figure(Math.min(...many.map(value)))} to ${figure(Math.max(...many.map(value)))}`;
  return [
    `From 1,024 bytes on no size stands out from the noise: p50 ${range(p50)} ms, CPU time ${range(cpu)} µs a line. One byte at ` +
      `a time takes ${figure(p50('1'))} ms and ${figure(cpu('1'))} µs, ${figure(cpu('1') / cpu('65536'))} times as much as 64 KiB, and ` +
      `moves ${figure(rate('1'))} MB/s instead of ${figure(rate('65536'))}. "Unbuffered" reading makes nothing come sooner: a read ` +
      'returns with what is there, however large the buffer is.',
  ];
}

export function nameOf(size: string): string {
  return size === 'default' ? size : Number(size).toLocaleString('en-US');
}
