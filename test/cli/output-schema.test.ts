import {readFileSync} from 'node:fs';
import {afterEach, beforeEach, expect, expectTypeOf, it} from 'vitest';
import type {z} from 'zod';
import type {BatchResult} from '../../src/cli/batch-result.ts';
import type {Diagnosis} from '../../src/cli/diagnosis.ts';
import {
  type batchSchema,
  doctorSchema,
  type endingSchema,
  explainSchema,
  listSchema,
  outputJsonSchemas,
  showSchema,
  type verdictSchema,
} from '../../src/cli/output-schema.ts';
import type {VerdictReading} from '../../src/loop/verdict.ts';
import type {EndingReport} from '../../src/notify/ending.ts';
import type {SessionList} from '../../src/session/list.ts';
import type {SessionExplained} from '../../src/view/explain.ts';
import type {SessionSummary} from '../../src/view/summary.ts';
import type {SummaryContext} from '../../src/view/summary-lines.ts';
import {linesOf, recordSession, VERIFIED_SESSION} from '../session/logs.ts';
import {Place} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

/** What is read-only here is not so there. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? {-readonly [K in keyof T]: Plain<T[K]>}
    : T;

it('the schemas are of the types that the commands print', () => {
  expectTypeOf<z.infer<typeof batchSchema>>().toEqualTypeOf<Plain<BatchResult>>();
  expectTypeOf<z.infer<typeof listSchema>>().toEqualTypeOf<Plain<SessionList>>();
  expectTypeOf<z.infer<typeof showSchema>>().toEqualTypeOf<Plain<SessionSummary & SummaryContext>>();
  expectTypeOf<z.infer<typeof endingSchema>>().toEqualTypeOf<Plain<EndingReport>>();
  expectTypeOf<z.infer<typeof doctorSchema>>().toEqualTypeOf<Plain<Diagnosis>>();
  expectTypeOf<z.infer<typeof verdictSchema>>().toEqualTypeOf<VerdictReading>();
  expectTypeOf<Plain<SessionExplained>>().toEqualTypeOf<
    Omit<z.infer<typeof explainSchema>, 'dir' | 'gaps' | 'damaged' | 'nextStep'>
  >();
});

it.each(Object.entries(outputJsonSchemas()))(
  'the JSON Schema of %s in the package is up to date',
  (name, schema) => {
    const published = readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8');
    expect(JSON.parse(published)).toEqual(schema);
  },
);

it.each([
  ['list', listSchema],
  ['show', showSchema],
  ['explain', explainSchema],
  ['doctor', doctorSchema],
])('%s --json prints what its schema says, and no more', async (command, schema) => {
  recordSession(place.state, linesOf(VERIFIED_SESSION));
  await place.run(['exec', '--', 'sh', '-c', 'echo hi; exit 3']);
  const printed = JSON.parse((await place.run([command, '--json'])).stdout);
  expect(schema.strict().parse(printed)).toEqual(printed);
});
