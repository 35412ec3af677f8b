import fc from 'fast-check';
import {expect, expectTypeOf, it} from 'vitest';
import {type EventBody, type EventHead, eventOf, type RawSpan, type Role} from '../../src/event.ts';
import {EventLines} from '../../src/session/event-line.ts';

const head = fc.record<EventHead>({
  v: fc.constant(1),
  seq: fc.nat(),
  at: fc.oneof(fc.constant(1_764_547_200_000), fc.nat()),
  session: fc.constantFrom('01994a3b', 'a "quoted" one'),
  iteration: fc.nat(),
  role: fc.constantFrom<(Role | null)[]>('worker', 'auditor', null),
  source: fc.constantFrom('agent', 'runner', 'file'),
});

/** Any text, halves of characters too, and values as other programs write them. */
const words = fc.string({unit: 'binary', maxLength: 40});
const body: fc.Arbitrary<EventBody> = fc.oneof(
  fc.record({type: fc.constant('note'), level: fc.constant('info'), code: words, text: words}),
  fc.record({type: fc.constant('unparsed'), reason: fc.constant('unknown'), value: fc.jsonValue()}),
  fc.record({type: fc.constant('tool_call_update'), toolCallId: words, rawInput: fc.constant(undefined)}),
) as fc.Arbitrary<EventBody>;

const raw: fc.Arbitrary<RawSpan | undefined> = fc.option(
  fc.record({stream: fc.constantFrom('stdout', 'stderr'), offset: fc.maxSafeNat(), length: fc.nat()}),
  {nil: undefined},
);

it('the lines of events are what JSON.stringify makes of them', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(head, body, raw)), (events) => {
      const lines = new EventLines();
      const expected = events.map(([one, ...rest]) => JSON.stringify(eventOf({...one}, ...rest)));
      expect(events.map((event) => lines.line(...event))).toEqual(expected.map((line) => `${line}\n`));
    }),
  );
});

it('no body has a field that every event has', () => {
  type Fields<T> = T extends unknown ? keyof T : never;
  expectTypeOf<Extract<Fields<EventBody>, keyof EventHead>>().toEqualTypeOf<never>();
});
