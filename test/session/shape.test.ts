import {describe, expect, it} from 'vitest';
import {eventSchema} from '../../src/event-schema.ts';
import {isEvent} from '../../src/session/shape.ts';
import {eventsOf, sessionResumed, VERIFIED_SESSION} from './logs.ts';

const samples = eventsOf([
  ...VERIFIED_SESSION,
  [sessionResumed('more')],
  [{type: 'plan', entries: [{content: 'a', priority: 'high', status: 'pending'}]}],
  [{type: 'unparsed', reason: 'unknown', value: {any: ['thing']}}],
  [{type: 'evidence', kind: 'files', what: 'x'}],
  [{type: 'processes_swept', ended: [{pid: 1, command: 'a'}], survivors: [], kept: []}],
  [
    {
      type: 'stop_requested',
      cause: 'clock',
      clock: 'idle',
      limitMs: 1,
      reason: 'r',
      lastEvidence: {output: {what: 'x', agoMs: 1}, files: null, processes: null},
    },
  ],
]);

const WRONG: readonly unknown[] = [undefined, null, 7.5, -1, 'x', true, [], [7], {}, {x: 1}];

/** Each value that differs from `value` in one place, keys that are left out included. */
function* changed(value: unknown): Generator<unknown> {
  yield* WRONG;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const other of changed(item)) yield value.with(index, other);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      const {[key]: _, ...rest} = value as Record<string, unknown>;
      yield rest;
      for (const other of changed(item)) if (other !== undefined) yield {...rest, [key]: other};
    }
  }
}

describe('what is an event', () => {
  it.each(samples)('is what the schema says: $type', (sample) => {
    expect(isEvent(sample)).toBe(true);
    for (const other of changed(sample)) {
      const said = eventSchema.safeParse(other).success;
      if (isEvent(other) !== said) throw new Error(`should be ${said}: ${JSON.stringify(other)}`);
    }
  });

  it('may have fields that are not known yet', () => {
    expect(isEvent({...samples[0], later: 1})).toBe(true);
  });

  it('has a type that is known', () => {
    expect(isEvent({...samples[0], type: 'session_startee'})).toBe(false);
    expect(isEvent({...samples[0], type: '__proto__'})).toBe(false);
  });
});
