import {existsSync, readdirSync} from 'node:fs';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Place, parseLines, until} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

/** TMPDIR inside the place, so that what the demo leaves behind can be seen. */
const env = () => ({TMPDIR: place.work});

describe('oneshot demo', () => {
  it('shows the loop from a defect to a verdict, on the real transport, and leaves only the recording', async () => {
    const {code, stdout, stderr} = await place.run(['demo'], {env: env()});
    expect(code).toBe(0);
    expect(stdout).toBe('I added the missing last line to haiku.txt.\n');
    const shown = [
      'verdict RETRY: haiku.txt has 2 lines',
      'verdict DONE: haiku.txt has 3 lines',
      'verified after 2 iterations',
    ];
    const positions = [...shown, `recorded in ${place.state}`].map((text) => stderr.indexOf(text));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(positions[0]).toBeGreaterThan(0);
    expect(readdirSync(place.work)).toEqual([]);
  });

  it('streams events of every kind under --json', async () => {
    const {child, stdout, ended} = place.start(['demo', '--json'], {env: env()});
    await until(() => stdout().includes('"agent_message_chunk"'));
    expect(child.exitCode).toBeNull();
    const {code} = await ended;
    expect(code).toBe(0);
    const events = parseLines(stdout());
    const types = new Set(events.map(({type}) => type));
    const kinds = [
      'agent_message_chunk',
      'agent_thought_chunk',
      'tool_call',
      'tool_call_update',
      'usage_update',
      'verdict',
    ];
    for (const kind of kinds) expect(types).toContain(kind);
    expect(events.filter(({type}) => type === 'unparsed')).toEqual([]);
    expect(events.filter((event) => event.type === 'run_started')).toHaveLength(4);
    const warnings = events.filter((event) => event.type === 'note' && event.level !== 'info');
    expect(warnings).toEqual([]);
  });

  it('removes its folder also when it is interrupted', async () => {
    const {child, stderr, ended} = place.start(['demo'], {env: env()});
    await until(() => stderr().includes('→ '));
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(existsSync(place.work) && readdirSync(place.work)).toEqual([]);
  });
});
