import {readdirSync} from 'node:fs';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Place, until} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

/** TMPDIR inside the place, so that what the demo leaves behind can be seen. */
const start = () => place.start(['demo'], {env: {TMPDIR: place.work}});

const KINDS = [
  'agent_message_chunk',
  'agent_thought_chunk',
  'tool_call',
  'tool_call_update',
  'usage_update',
  'verdict',
];

describe('oneshot demo', () => {
  it('shows the loop from a defect to a verdict as it happens, and leaves only the recording', async () => {
    const {child, stderr, ended} = start();
    await until(() => stderr().includes('I will write the haiku now.'));
    expect(child.exitCode).toBeNull();
    const {code, stdout} = await ended;
    expect({code, stdout}).toEqual({code: 0, stdout: 'I added the missing last line to haiku.txt.\n'});
    const shown = [
      'verdict RETRY: haiku.txt has 2 lines',
      'verdict DONE: haiku.txt has 3 lines',
      'verified after 2',
    ];
    const positions = [...shown, `recorded in ${place.state}`].map((text) => stderr().indexOf(text));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(positions[0]).toBeGreaterThan(0);
    expect(readdirSync(place.work)).toEqual([]);

    const events = place.events();
    const types = events.map(({type}) => type);
    expect(types).toEqual(expect.arrayContaining(KINDS));
    expect(types).not.toContain('unparsed');
    expect(types.filter((type) => type === 'run_started')).toHaveLength(4);
    expect(events.filter((event) => event.type === 'note' && event.level !== 'info')).toEqual([]);
  });

  it('keeps its folder when it is interrupted, so that it can be resumed', async () => {
    const {child, stderr, ended} = start();
    await until(() => stderr().includes('→ '));
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(readdirSync(place.work)).toHaveLength(1);
    expect(await place.run(['resume'])).toMatchObject({code: 0});
  });
});
