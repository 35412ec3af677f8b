import {table} from '../../markdown.ts';
import type {Report} from '../experiment.ts';
import {figure, ratioSpread, spread, spreadOf, spreadText} from '../spread.ts';
import type {Accuracy} from './accuracy.ts';
import {CASES} from './cases.ts';
import type {JsonData, JsonResult} from './index.ts';

const CEILING = 'JSON.parse alone';
type Row = JsonData['throughput'][number];

export function report({data}: JsonResult): Report {
  const atPtySize = data.throughput.filter(({cutBytes}) => cutBytes === 4095);
  const otherwiseCut = data.throughput.filter(({cutBytes}) => cutBytes !== 4095);
  return {
    answer: answerOf(data),
    consequence:
      'A scanner of our own, which hands a line that looks like one object to `JSON.parse` and looks at bytes only where that fails. ' +
      'Nothing has to be set for it but `--max-frame`, the bound of what one object may take.',
    tables: [
      'MB a second of CPU time in chunks of 4,095 bytes, and the ratio to `JSON.parse` alone:',
      '',
      ...throughputTable(atPtySize),
      '',
      'The same, cut in other ways:',
      '',
      ...throughputTable(otherwiseCut),
      '',
      'Memory by the size of one object, MB:',
      '',
      ...memoryTable(data),
      '',
      'Malformed and incomplete input:',
      '',
      ...accuracyTable(data.accuracy),
      '',
      ...wrongOf(data.accuracy),
      '',
      `End to end, ${figure(data.endToEnd.lines)} lines of Claude Code:`,
      '',
      ...endToEndTable(data),
    ],
  };
}

function answerOf({throughput, accuracy, endToEnd}: JsonData): string[] {
  const row = (shape: string) => throughput.find((of) => of.shape === shape && of.cutBytes === 4095)!;
  const ratio = (shape: string) => figure(ratioTo(row(shape), 'oneshot', CEILING).median);
  const rights = accuracy.map(({reader, right}) => `${reader} ${right.length} of ${CASES.length}`);
  const {linesPerSecond} = endToEnd;
  const whole = ratioSpread(
    linesPerSecond['decode, normalize, record']!,
    linesPerSecond['readline + JSON.parse']!,
  );
  return [
    `oneshot's decoder runs at ${ratio('340 B lines')} of \`JSON.parse\` alone on lines of 340 bytes, ${ratio('4 KB lines')} on 4 KB ` +
      `and ${ratio('one 64 MB line')} on one line of 64 MB. Of the malformed and incomplete streams were read rightly: ${rights.join(', ')}. ` +
      `Decoding, normalizing and recording together take ${figure(1 / whole.median)} times the CPU time of readline with \`JSON.parse\`, which ` +
      'does nothing of the rest.',
  ];
}

function ratioTo({megabytesPerSecond}: Row, reader: string, reference: string) {
  return ratioSpread(megabytesPerSecond[reader]!, megabytesPerSecond[reference]!);
}

function throughputTable(rows: readonly Row[]): string[] {
  const readers = Object.keys(rows[0]?.megabytesPerSecond ?? {});
  const body = rows.map((row) => [
    row.shape,
    row.cutBytes === null ? 'whole' : row.cutBytes.toLocaleString('en-US'),
    ...readers.map((reader) => throughputCell(row, reader)),
  ]);
  return table(['stream', 'chunk, bytes', ...readers], body);
}

function throughputCell(row: Row, reader: string): string {
  const rate = spreadOf(row.megabytesPerSecond[reader]!);
  if (reader === CEILING) return rate;
  const found = row.found[reader]!;
  if (found !== row.expected)
    return `finds ${found.toLocaleString('en-US')} of ${row.expected.toLocaleString('en-US')}`;
  return `${rate}; × ${figure(ratioTo(row, reader, CEILING).median)}`;
}

function memoryTable({memory}: JsonData): string[] {
  const sizes = [...new Set(memory.map(({objectMB}) => objectMB))];
  const readers = [...new Set(memory.map(({reader}) => reader))];
  const cell = (reader: string, size: number) =>
    spreadOf(
      (memory.find((of) => of.reader === reader && of.objectMB === size)?.rssBytes ?? []).map(
        (bytes) => bytes / 1e6,
      ),
    );
  return table(
    ['reader', ...sizes.map((size) => `${size} MB`)],
    readers.map((reader) => [reader, ...sizes.map((size) => cell(reader, size))]),
  );
}

function accuracyTable(all: readonly Accuracy[]): string[] {
  const share = (right: number) => `${figure((100 * right) / CASES.length)} %`;
  return table(
    ['reader', 'right', 'wrong', 'of these: broke off', 'told of objects that are not there'],
    all.map(({reader, right, wrong, brokeOff, invented}) => [
      reader,
      `${right.length} (${share(right.length)})`,
      ...[wrong, brokeOff, invented].map(({length}) => String(length)),
    ]),
  );
}

/** What oneshot does not get right. */
function wrongOf(all: readonly Accuracy[]): string[] {
  const wrong = all.find(({reader}) => reader === 'oneshot')?.wrong ?? [];
  return wrong.length === 0 ? [] : [`oneshot is wrong on: ${wrong.join('; ')}.`];
}

function endToEndTable({endToEnd: {linesPerSecond}}: JsonData): string[] {
  const reference = linesPerSecond['readline + JSON.parse']!;
  const rows = Object.entries(linesPerSecond).map(([stage, values]) => [
    stage,
    spreadOf(values),
    spreadText(ratioSpread(values, reference)),
  ]);
  return table(['stage', 'lines a second of CPU time', 'ratio to readline + JSON.parse'], rows);
}

export function medianOf(row: Row, reader: string): number {
  return spread(row.megabytesPerSecond[reader] ?? []).median;
}
