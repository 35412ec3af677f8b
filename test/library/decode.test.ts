import {Readable} from 'node:stream';
import {expect, it} from 'vitest';
import {decode} from '../../src/index.ts';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const LINE = '{"type":"system","subtype":"init","session_id":"s1","model":"m"}\n';

it('frames come from text, bytes and streams alike, however they are cut', async () => {
  const whole = await all(decode([`hello\n${LINE}`]));
  expect(whole).toMatchObject([
    {kind: 'text', text: 'hello'},
    {kind: 'json', value: {session_id: 's1'}},
  ]);
  const bytes = Buffer.from(`hello\n${LINE}`);
  expect(await all(decode(Array.from(bytes, (byte) => Uint8Array.of(byte))))).toEqual(whole);
  expect(await all(decode(Readable.from([bytes])))).toEqual(whole);
});

it('a frame that is too large comes as its place alone', async () => {
  const [frame] = await all(decode([`{"a":"${'x'.repeat(100)}"}\n`], {maxFrameBytes: 50}));
  expect(frame).toMatchObject({kind: 'oversized', offset: 0});
});

it('events come with their bytes where the agent is named', async () => {
  const [told] = await all(decode([LINE], {executor: 'claude'}));
  expect(told).toMatchObject({
    body: {type: 'agent_session', agentSession: 's1'},
    raw: {stream: 'stdout', offset: 0, length: LINE.length - 1},
  });
  const said = '{"type":"task_started","taskId":"t1"}\n';
  expect(await all(decode([said], {executor: 'cline-2'}))).toMatchObject([
    {body: {type: 'agent_session', agentSession: 't1'}},
  ]);
});

it('nothing is taken before it is wanted', async () => {
  let taken = 0;
  function* chunks() {
    for (;;) yield `line ${++taken}\n`;
  }
  for await (const _ of decode(chunks())) if (taken === 3) break;
  expect(taken).toBe(3);
});
