/** However a body is cut into chunks, its pieces are the same. */
import {describe, expect, it} from 'vitest';
import {Answer} from '../../src/direct/answer.ts';
import {BodyReader, type Piece} from '../../src/direct/body.ts';
import {answer, choice, DONE, event, finish, usage, word} from '../support/chat-server.ts';

function piecesOf(chunks: Iterable<Uint8Array>, maxChars?: number): Piece[] {
  const reader = new BodyReader(maxChars);
  const pieces: Piece[] = [];
  for (const chunk of chunks) pieces.push(...reader.feed(chunk));
  return [...pieces, ...reader.end()];
}

const pieces = (text: string, maxChars?: number) => piecesOf([Buffer.from(text)], maxChars);

const WORDS = answer('é', ' 日本 🎉', ' \\u0041\n');

const BODIES: [string, string][] = [
  ['a stream', WORDS],
  ['a stream with CRLF', WORDS.replaceAll('\n', '\r\n')],
  ['a stream with lone CR', WORDS.replaceAll('\n', '\r')],
  ['a stream with comments', `: ping\n\n${WORDS.replaceAll('data:', ': ping\n\ndata:')}`],
  ['a stream with a byte order mark', `\ufeff${WORDS}`],
  ['a stream without a last line end', WORDS.trimEnd()],
  ['a stream with ids, names and retry', `retry: 5\nretry: x\ncolour: red\nid: 1\nevent: message\n${WORDS}`],
  ['a stream with data on several lines', 'data: {"choices":\ndata: []}\n\n'],
  ['an error event', `event: error\n${event({message: 'é'})}`],
  [
    'a whole answer',
    ` \r\n${JSON.stringify({choices: [{message: {content: 'é 日本'}, finish_reason: 'stop'}]}, null, 1)}`,
  ],
  ['a list with an error', '[{"error": {"message": "é"}}]'],
  ['a page', '<html>é</html>'],
  ['garbled data', `${word('a')}${event('{"choices"')}${finish()}`],
  ['nothing', ''],
  ['blanks', ' \n\n '],
];

describe('a body', () => {
  it.each(BODIES)('of %s has the same pieces wherever it is cut', (_name, text) => {
    const bytes = Buffer.from(text);
    const whole = piecesOf([bytes]);
    for (let place = 1; place < bytes.length; place++) {
      const cut = piecesOf([bytes.subarray(0, place), bytes.subarray(place)]);
      expect(cut, `cut at ${place}`).toEqual(whole);
    }
    expect(piecesOf(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it('in any form says the same', () => {
    const [, ...streams] = BODIES.slice(0, 7).map(([, text]) => pieces(text));
    for (const stream of streams) expect(stream).toEqual(pieces(WORDS));
    expect(pieces(WORDS).map(({kind}) => kind)).toEqual(['json', 'json', 'json', 'json', 'json', 'done']);
    expect(textOf(WORDS)).toBe('é 日本 🎉 \\u0041\n');
  });

  it('that is cut off in an event lacks that event', () => {
    expect(pieces(word('a') + word('b').slice(0, -10))).toHaveLength(2);
    expect(pieces(word('a') + word('b').slice(0, -10)).at(-1)).toMatchObject({kind: 'garbled'});
  });

  it.each([
    ['an event', `data: ${'x'.repeat(50)}`],
    ['a whole body', `{"a": "${'x'.repeat(50)}"}`],
    ['white space', ' '.repeat(60)],
  ])('with %s of more than what may be held in memory is given up', (_name, text) => {
    const many = [...text].map((character) => Buffer.from(character));
    expect(piecesOf([...many, ...many], 40)).toEqual([
      {kind: 'garbled', problem: 'the server sent more than 40 characters at once'},
    ]);
  });
});

function seen(text: string) {
  const answered = new Answer();
  const lines = pieces(text).flatMap((piece) => answered.see(piece));
  return {lines, end: answered.end(null), usage: answered.usage};
}

const textOf = (text: string) => seen(text).end.text;

describe('the pieces of an answer', () => {
  it('count in the first choice alone', () => {
    const second = event({
      choices: [
        {index: 1, delta: {content: 'no'}},
        {index: 0, delta: {content: 'yes'}},
      ],
    });
    expect(textOf(second + finish() + DONE)).toBe('yes');
  });

  it('may be lists of parts, some of which think', () => {
    const content = [
      {type: 'thinking', thinking: [{type: 'text', text: 'Hm.'}]},
      {type: 'text', text: 'Yes'},
      {type: 'text', text: '!'},
      {type: 'reference'},
    ];
    const {lines, end} = seen(choice({delta: {content}}) + finish());
    expect(lines.slice(1)).toEqual([
      {type: 'reasoning', text: 'Hm.'},
      {type: 'text', text: 'Yes!'},
    ]);
    expect(end).toMatchObject({ok: true, text: 'Yes!'});
  });

  it('may refuse, which is an answer too', () => {
    expect(textOf(choice({delta: {content: null, refusal: 'No.'}}) + finish())).toBe('No.');
  });

  it('may tell the usage in any of them, and the last one counts', () => {
    const early = choice({delta: {content: 'a'}}, {usage: {prompt_tokens: 7, completion_tokens: 1}});
    const without = choice({delta: {content: 'b'}}, {usage: null});
    expect(seen(early + without + finish()).usage).toMatchObject({inputTokens: 7, outputTokens: 1});
    expect(seen(early + finish() + usage).usage).toMatchObject({inputTokens: 7, outputTokens: 3});
  });

  it('of any shape make no exception', () => {
    const shapes = [
      null,
      1,
      'x',
      [],
      [[]],
      {},
      {choices: null},
      {choices: [null]},
      {choices: [{delta: [1]}]},
    ];
    for (const shape of shapes) expect(seen(event(shape) + DONE).end.ok).toBe(false);
    expect(textOf(event({choices: [{delta: {content: [1, {type: 'text'}]}}], usage: 3}) + DONE)).toBeNull();
  });
});

describe('an error in a stream', () => {
  it.each([
    [{error: {message: 'm', code: 503}}, 'm', 503],
    [{error: {message: 'm', code: '429'}}, 'm', 429],
    [{error: {message: 'm', status: 500, code: 'x'}}, 'm', 500],
    [{error: {message: 'm', code: 3}}, 'm', null],
    [{error: 'm\nm', status: 502}, 'm m', 502],
    [{object: 'error', message: 'm', code: 400}, 'm', 400],
    [[{error: {message: 'm', code: 500}}], 'm', 500],
    [{error: [[], 'x']}, 'the server reports an error and does not say which', null],
    [{error: ' '}, 'the server reports an error and does not say which', null],
    [{error: 3}, 'the server reports an error and does not say which', null],
    [{error: {}}, 'the server reports an error and does not say which', null],
    [{error: {message: ' '}, message: 'm'}, ' ', null],
  ])('%j is told in one line', (value, reason, status) => {
    expect(seen(event(value)).end).toMatchObject({ok: false, reason: reason.trim(), status});
  });

  it('that comes behind the last word fails the answer all the same', () => {
    const {end} = seen(word('a') + finish() + event({error: 'late'}));
    expect(end).toMatchObject({ok: false, reason: 'late', text: 'a'});
  });

  it('that is called so holds the error in whatever fields', () => {
    for (const data of [{message: 'm'}, {error: {message: 'm'}}, {error: 'm'}, 'm']) {
      expect(seen(`event: error\n${event(JSON.stringify(data))}`).end).toMatchObject({
        ok: false,
        reason: 'm',
      });
    }
  });

  it('is null where there is none', () => {
    expect(seen(choice({delta: {content: 'a'}}, {error: null}) + finish()).end.ok).toBe(true);
  });
});
