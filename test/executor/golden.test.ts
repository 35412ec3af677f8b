/**
 * Recorded bytes of real agents → events, compared with files that were read and approved. A new case is a new folder in
 * `test/recordings`. `UPDATE_GOLDEN=1` writes the files anew: read the difference before you commit it.
 */
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {describe, expect, it} from 'vitest';
import {eventSchema} from '../../src/event-schema.ts';
import {eventsOf, recordedCases} from './recordings.ts';

describe('the events of a recording', () => {
  it.each(recordedCases())('$name', async (recorded) => {
    const events = await eventsOf(recorded);
    const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    if (process.env.UPDATE_GOLDEN === '1') {
      mkdirSync(dirname(recorded.goldenPath), {recursive: true});
      writeFileSync(recorded.goldenPath, lines);
    }
    expect(lines.split('\n')).toEqual(readFileSync(recorded.goldenPath, 'utf8').split('\n'));
    for (const event of events) expect(eventSchema.parse(event)).toEqual(event);
  });
});
