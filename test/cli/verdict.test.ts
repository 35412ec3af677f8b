import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {verdictSchema} from '../../src/cli/output-schema.ts';
import {Place} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

const ANSWER = `I have looked.
{"verdict":"RETRY","reason":"no docs","feedback":"Write them.","criteria":[{"name":"docs","status":"missing"}]}`;

const READING = {
  verdict: 'RETRY',
  reason: 'no docs',
  feedback: 'Write them.',
  criteria: [{criterion: 'docs', met: false, evidence: null}],
  how: 'json',
};

it('oneshot verdict prints what the loop would read in a file or on stdin', async () => {
  writeFileSync(join(place.work, 'answer.md'), ANSWER);
  for (const [args, input] of [
    [['answer.md'], ''],
    [['-'], ANSWER],
    [[], ANSWER],
  ] as const) {
    const {code, stdout, stderr} = await place.run(['verdict', ...args], {input});
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    const printed = JSON.parse(stdout) as object;
    expect(verdictSchema.strict().parse(printed)).toEqual(READING);
    expect(Object.keys(printed)).toEqual(['verdict', 'reason', 'feedback', 'criteria', 'how']);
  }
});

it('oneshot verdict exits with 3 when the answer is unclear, and prints why', async () => {
  for (const input of ['', 'All done!', '{"verdict":"DONE"} or so']) {
    const {code, stdout, stderr} = await place.run(['verdict'], {input});
    expect({code, stderr}).toEqual({code: 3, stderr: ''});
    expect(verdictSchema.strict().parse(JSON.parse(stdout))).toMatchObject({verdict: null, feedback: null});
  }
});

it('oneshot verdict looks at the end of a very long answer, and survives bytes that are no text', async () => {
  writeFileSync(join(place.work, 'long'), `${'x'.repeat(20 * 1024 * 1024)}\n${ANSWER}`);
  expect(JSON.parse((await place.run(['verdict', 'long'])).stdout)).toEqual(READING);
  writeFileSync(
    join(place.work, 'bytes'),
    Buffer.concat([Buffer.from([0xff, 0, 0xc3, 10]), Buffer.from(ANSWER)]),
  );
  expect(JSON.parse((await place.run(['verdict', 'bytes'])).stdout)).toEqual(READING);
});

it.each([
  [['missing'], /^oneshot: UNREADABLE_FILE: cannot read .*missing: ENOENT.*\n$/],
  [['.'], /^oneshot: UNREADABLE_FILE: cannot read .*: it is a folder\. .*\n$/],
  [['/proc/self/mem'], /^oneshot: UNREADABLE_FILE: cannot read \/proc\/self\/mem: E.*\n$/],
  [['one', 'two'], /^oneshot: USAGE: too many arguments/],
  [['--json'], /^oneshot: INVALID_OPTION: /],
])('oneshot verdict refuses %j', async (args, line) => {
  const {code, stdout, stderr} = await place.run(['verdict', ...args]);
  expect({code, stdout}).toEqual({code: 2, stdout: ''});
  expect(stderr).toMatch(line);
});
