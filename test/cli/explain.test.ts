import {appendFileSync} from 'node:fs';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Place} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

describe('oneshot explain', () => {
  it('tells on stdout why the last session ended as it did', async () => {
    await place.run(['exec', '--', 'sh', '-c', 'echo hello; echo oops >&2; exit 3']);
    const [id] = place.sessions();
    const {code, stdout, stderr} = await place.run(['explain']);
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`session ${id}: sh -c echo hello; echo oops >&2; exit 3`);
    expect(lines[3]).toMatch(/^worker 1: command.*, .* s, failed: .*exit code 3/);
    expect(lines).toContain('  exit       code 3');
    expect(lines.at(-2)).toMatch(/^next: What it said last is in .*\/1\/worker\.stdout and /);
  });

  it('takes a shortened id, and gives JSON with the same facts', async () => {
    await place.run(['exec', '--', 'true']);
    const [id = ''] = place.sessions();
    appendFileSync(place.recorded('events.jsonl'), '{"torn');
    const {stdout} = await place.run(['explain', id.slice(-6), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      session: id,
      title: 'true',
      runs: [{role: 'worker', end: {outcome: 'completed', exitCode: 0}}],
      ending: {ending: 'unverified'},
      gaps: {torn: true, skippedLines: 0},
      nextStep: 'Nothing: the program came to its end.',
    });
  });

  it.each([['last'], ['nope'], ['../..']])(
    'of %s, which is not there, is one line and exit code 2',
    async (id) => {
      const {code, stdout, stderr} = await place.run(['explain', id]);
      expect({code, stdout}).toEqual({code: 2, stdout: ''});
      expect(stderr).toMatch(/^oneshot: SESSION_NOT_FOUND: [^\n]*\n$/);
    },
  );
});
