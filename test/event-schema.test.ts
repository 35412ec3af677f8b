import {readFileSync} from 'node:fs';
import {expect, expectTypeOf, it} from 'vitest';
import type {z} from 'zod';
import type {OneshotEvent} from '../src/event.ts';
import {eventJsonSchema, eventSchema} from '../src/event-schema.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

/** zod spells an optional field `T | undefined`; the union forbids undefined. Nothing else may differ. */
type Loose<T> = T extends unknown
  ? {[K in keyof T]: T[K] | (undefined extends T[K] ? undefined : never)}
  : never;

it('the schema accepts what the union describes, and nothing more', () => {
  expectTypeOf<OneshotEvent>().toExtend<z.infer<typeof eventSchema>>();
  expectTypeOf<z.infer<typeof eventSchema>['type']>().toEqualTypeOf<OneshotEvent['type']>();
  type Fields<T, K> = T extends {type: K} ? keyof T : never;
  type Both = {
    [K in OneshotEvent['type']]: [Fields<Loose<OneshotEvent>, K>, Fields<z.infer<typeof eventSchema>, K>];
  };
  type Same = {
    [K in keyof Both]: [Both[K][0]] extends [Both[K][1]] ? ([Both[K][1]] extends [Both[K][0]] ? true : K) : K;
  };
  expectTypeOf<Same[keyof Same]>().toEqualTypeOf<true>();
});

it('the JSON Schema in the package is the one the schema gives', () => {
  expect(JSON.parse(read('../schema/event.schema.json'))).toEqual(eventJsonSchema());
});

it('docs/events.md has a heading for every event type', () => {
  const documented = [...read('../docs/events.md').matchAll(/^### `(\w+)`$/gm)].map(([, name]) => name);
  const types = eventSchema.options.map((option) => option.shape.type.value);
  expect(documented.toSorted()).toEqual(types.toSorted());
});

it('an event that lacks a field is refused', () => {
  const event = {
    v: 1,
    seq: 1,
    at: 0,
    session: '-',
    iteration: 1,
    role: 'worker',
    source: 'runner',
    type: 'note',
  };
  expect(eventSchema.safeParse(event).success).toBe(false);
  expect(eventSchema.safeParse({...event, level: 'info', code: 'X', text: ''}).success).toBe(true);
});
