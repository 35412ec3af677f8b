import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {EventBody} from '../../src/event.ts';
import {createRedactor} from '../../src/session/redact.ts';

const SECRET = 'hunter2-hunter2-hunter2-hunter2';
const MASK = '[redacted:A_TOKEN]*************';
const redactor = createRedactor({environments: [{A_TOKEN: SECRET}]});

const say = (text: string, more: object = {}): EventBody => ({
  type: 'agent_message_chunk',
  content: {type: 'text', text},
  messageId: 'm1',
  parentToolCallId: null,
  ...more,
});
const think = (text: string): EventBody => say(text, {type: 'agent_thought_chunk'});
const output = (text: string, more: object = {}): EventBody => ({
  type: 'tool_call_update',
  toolCallId: 't1',
  content: [{type: 'text', text}],
  ...more,
});
const toolCall = {type: 'tool_call', toolCallId: 't1', parentToolCallId: null} as EventBody;
const usage: EventBody = {type: 'usage_update', inputTokens: 1, outputTokens: 1, costUsd: null, turns: null};

/** What is passed on, each body with the number of the body that its bytes are of; `-` is the end of the run. */
function passed(...bodies: EventBody[]): [EventBody, number | undefined][] {
  const deltas = redactor.deltas();
  const told = bodies.flatMap((body, index) =>
    deltas.push({body, raw: {stream: 'stdout', offset: index, length: 1}}),
  );
  return [...told, ...deltas.end()].map(({body, raw}) => [body, raw?.offset]);
}

const bodiesOf = (...bodies: EventBody[]) => passed(...bodies).map(([body]) => body);

/** All that was said, as one reads it. */
function read(bodies: EventBody[]): string {
  return bodies
    .flatMap((body) => {
      if (body.type === 'agent_message_chunk' || body.type === 'agent_thought_chunk')
        return body.content.text;
      return body.type === 'tool_call_update' ? (body.content ?? []).map(({text}) => text) : [];
    })
    .join('');
}

describe('a secret in pieces', () => {
  it('is masked, wherever it is cut', () => {
    const words = fc.array(fc.constantFrom(SECRET, 'hunter2', '-', 'ü', 'hunter2-hunter2-', ' '), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        words,
        fc.array(fc.nat(9), {minLength: 1, maxLength: 4}),
        fc.boolean(),
        (parts, lengths, isTool) => {
          const whole = [...parts.join('')];
          const pieces: string[] = [];
          for (let at = 0, turn = 0; at < whole.length; turn++) {
            const length = lengths[turn % lengths.length]! + 1;
            pieces.push(whole.slice(at, at + length).join(''));
            at += length;
          }
          const bodies = bodiesOf(...pieces.flatMap((piece) => [isTool ? output(piece) : say(piece), usage]));
          expect(read(bodies)).toBe(redactor.text(whole.join('')));
          expect(read(bodies)).not.toContain(SECRET);
        },
      ),
      {numRuns: 1000},
    );
  });

  it('is told with the bytes of the piece that ends it', () => {
    expect(passed(say('key: hunter2-'), say('hunter2-hunter2'), say('-hunter2!'))).toEqual([
      [say('key: '), 0],
      [say(`${MASK}!`), 2],
    ]);
  });

  it('is found though another voice comes between', () => {
    const other = say('meanwhile', {parentToolCallId: 'task-1'});
    const bodies = bodiesOf(say('hunter2-hunter2'), other, usage, output('line\n'), say('-hunter2-hunter2'));
    expect(bodies).toEqual([other, usage, output('line\n'), say(MASK)]);
  });
});

describe('what was held back', () => {
  it('comes with the end of the run', () => {
    expect(passed(say('to hunt'), usage)).toEqual([
      [say('to '), 0],
      [usage, 1],
      [say('hunt'), 0],
    ]);
  });

  it.each([
    ['a new message', say('x', {messageId: 'm2'})],
    ['a thought', think('x')],
    ['a tool call', toolCall],
    [
      'words of the user',
      {type: 'user_message_chunk', content: {type: 'text', text: 'x'}, parentToolCallId: null},
    ],
  ] as [string, EventBody][])('comes before %s', (_what, next) => {
    expect(bodiesOf(say('hunt'), next)).toEqual([say('hunt'), next]);
  });

  it('of a tool comes with its end', () => {
    const end = {type: 'tool_call_update', toolCallId: 't1', status: 'completed'} as EventBody;
    expect(bodiesOf(output('a hunt'), end)).toEqual([
      output('a '),
      {...end, content: [{type: 'text', text: 'hunt'}]},
    ]);
    expect(bodiesOf(output('a hunt'), output('er2', {status: 'failed'}))).toEqual([
      output('a '),
      {
        ...output('', {status: 'failed'}),
        content: [{type: 'text', text: 'hunter2'}],
      },
    ]);
    expect(bodiesOf(output('hunt'))).toEqual([output('hunt')]);
    expect(bodiesOf(end)).toEqual([end]);
  });

  it('leaves what else an update tells', () => {
    expect(bodiesOf(output('hunt', {title: 'T'}))).toEqual([
      {type: 'tool_call_update', toolCallId: 't1', title: 'T'},
      output('hunt'),
    ]);
  });
});

it('an event without a secret is the same object', () => {
  const bodies = [say('a'), output('b'), think('c'), usage, toolCall];
  for (const [index, body] of bodiesOf(...bodies).entries()) expect(body).toBe(bodies[index]);
});
