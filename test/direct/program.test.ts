/** The direct program against a real server. */
import {afterEach, describe, expect, it, vi} from 'vitest';
import {
  answer,
  type ChatServer,
  choice,
  DONE,
  drops,
  event,
  finish,
  hangs,
  type Reply,
  refuses,
  startChatServer,
  streams,
  usage,
  word,
} from '../support/chat-server.ts';
import {ManualClock} from '../support/manual-clock.ts';
import {type AskOptions, ask} from './ask.ts';

let server: ChatServer;

afterEach(() => server.close());

async function askServer(replies: Reply[], options?: AskOptions) {
  server = await startChatServer(...replies);
  return ask(server.endpoint, options);
}

const SOON = {'retry-after-ms': '1'};
const busy = (status = 429) => refuses(status, {error: {message: 'busy'}}, SOON);

describe('an answer', () => {
  it('is told piece by piece, and its end last', async () => {
    const {code, lines} = await askServer([streams(answer('Hel', 'lo'))]);
    expect(code).toBe(0);
    expect(lines).toEqual([
      {type: 'start', model: 'asked', endpoint: server.origin},
      {type: 'response', id: 'chat-1', model: 'served'},
      {type: 'text', text: 'Hel'},
      {type: 'text', text: 'lo'},
      {type: 'usage', inputTokens: 7, outputTokens: 3, costUsd: null, turns: 1},
      {type: 'end', ok: true, reason: 'answered', finishReason: 'stop', text: 'Hello'},
    ]);
  });

  it('is asked for with the prompt, the model and the usage', async () => {
    await askServer([streams(answer('ok'))], {
      prompt: 'é 日本\n "x"',
      args: ['--body', '{"temperature":0,"model":"no"}'],
    });
    expect(server.requests).toMatchObject([
      {
        path: '/v1/chat/completions',
        body: {
          model: 'asked',
          temperature: 0,
          messages: [{role: 'user', content: 'é 日本\n "x"'}],
          stream: true,
          stream_options: {include_usage: true},
        },
      },
    ]);
    expect(server.requests[0]!.headers.authorization).toBeUndefined();
  });

  it('comes as it is written, before the server is done', async () => {
    let goOn = () => {};
    const reply: Reply = (response) => {
      response.writeHead(200);
      response.write(word('first'));
      goOn = () => response.end(`${word(' second')}${finish()}${DONE}`);
    };
    const {text} = await askServer([reply], {onLine: ({type}) => type === 'text' && goOn()});
    expect(text).toBe('first second');
  });

  it.each(['reasoning_content', 'reasoning'])('has its %s beside it', async (field) => {
    const thought = choice({delta: {[field]: 'Hm.'}});
    const {lines, end} = await askServer([streams(thought + answer('Yes'))]);
    expect(lines).toContainEqual({type: 'reasoning', text: 'Hm.'});
    expect(end).toMatchObject({ok: true, text: 'Yes'});
  });

  it('of a server that does not stream is taken as it is', async () => {
    const whole = {
      id: 'whole',
      model: 'm',
      choices: [{index: 0, message: {role: 'assistant', content: 'All'}, finish_reason: 'stop'}],
      usage: {prompt_tokens: 1, completion_tokens: 2, cost: 0.25},
    };
    const {code, lines} = await askServer([streams(JSON.stringify(whole), 'application/json')]);
    expect(code).toBe(0);
    expect(lines).toContainEqual({type: 'text', text: 'All'});
    expect(lines).toContainEqual({type: 'usage', inputTokens: 1, outputTokens: 2, costUsd: 0.25, turns: 1});
  });

  it('without a finish_reason counts when [DONE] has come, and the other way round', async () => {
    const first = await askServer([streams(word('a') + DONE)]);
    await server.close();
    const second = await askServer([streams(word('b') + finish())]);
    expect([first.end, second.end]).toMatchObject([
      {ok: true, finishReason: null, text: 'a'},
      {ok: true, finishReason: 'stop', text: 'b'},
    ]);
  });

  it('has no tokens where the server tells none', async () => {
    const {lines} = await askServer([streams(word('a') + finish() + DONE)]);
    const nothing = {inputTokens: null, outputTokens: null, costUsd: null};
    expect(lines).toContainEqual({type: 'usage', ...nothing, turns: 1});
  });

  it('is over with [DONE], whatever the server does then', async () => {
    const {code, text} = await askServer([hangs(answer('a'))]);
    expect({code, text}).toEqual({code: 0, text: 'a'});
  });

  it('is whole with its finish_reason, though the server hangs then', async () => {
    const clock = new ManualClock();
    const asked = askServer([hangs(word('a') + finish())], {clock});
    await passes(clock, 5_000);
    expect((await asked).end).toMatchObject({ok: true, text: 'a'});
  });
});

/** Lets so much time pass, once it is waited for. */
async function passes(clock: ManualClock, ms: number): Promise<void> {
  await vi.waitUntil(() => clock.pendingMs().includes(ms), {timeout: 30_000, interval: 1});
  clock.advance(ms);
}

describe('an answer that is no success', () => {
  it.each([
    [
      'cut off at its limit',
      word('half') + finish('length') + DONE,
      'limit of its tokens (finish_reason length)',
      'half',
    ],
    ['filtered', word('half') + finish('content_filter') + DONE, 'filter of the server', 'half'],
    ['a tool call', finish('tool_calls') + DONE, 'a tool was called, and there are none', null],
    ['ended in an unknown way', word('x') + finish('abort') + DONE, '(finish_reason abort)', 'x'],
    ['empty', finish() + DONE, 'the answer is empty', null],
    ['blank', word(' \n') + finish() + DONE, 'the answer is empty', ' \n'],
    ['an error in the stream', word('x') + event({error: {message: 'out of memory'}}), 'out of memory', 'x'],
    ['an error event', `event: error\n${event({message: 'overloaded'})}`, 'overloaded', null],
    ['no JSON', word('x') + event('{"choices": oops'), 'the server sent what is no answer', 'x'],
    ['a page', '<html><head><title>Sign in</title></head></html>', 'no answer: Sign in', null],
  ])('%s: it fails at once and keeps what was said', async (_name, body, reason, text) => {
    const {code, end} = await askServer([streams(body)]);
    expect(code).toBe(1);
    expect(end).toMatchObject({type: 'end', ok: false, reason: expect.stringContaining(reason), text});
    expect(server.requests).toHaveLength(1);
  });

  it('broken off after its first word is not asked for again', async () => {
    const {code, end} = await askServer([drops(word('half'))]);
    expect(code).toBe(1);
    expect(end).toMatchObject({
      ok: false,
      text: 'half',
      reason: expect.stringContaining('the answer broke off: '),
    });
    expect(server.requests).toHaveLength(1);
  });

  it('ended in the middle without an error of the connection is broken off too', async () => {
    const {end} = await askServer([streams(word('half'))]);
    expect(end).toMatchObject({
      ok: false,
      reason: 'the answer broke off: the connection was closed before its end',
    });
  });

  it('that stops for too long is broken off', async () => {
    const clock = new ManualClock();
    const asked = askServer([hangs(word('half'))], {clock, args: ['--idle-timeout-ms', '2500']});
    await passes(clock, 2_500);
    expect((await asked).end).toMatchObject({
      ok: false,
      text: 'half',
      reason: 'the answer broke off: the answer stopped for 2.5 s',
    });
  });
});

describe('another request', () => {
  it.each([408, 409, 429, 500, 502, 503, 529])('is made after HTTP %i', async (status) => {
    const {code, lines} = await askServer([busy(status), streams(answer('ok'))]);
    expect(code).toBe(0);
    const retry = {
      type: 'retry',
      attempt: 1,
      maxAttempts: 3,
      delayMs: 1,
      status,
      error: `HTTP ${status}: busy`,
    };
    expect(lines[1]).toEqual(retry);
  });

  it.each([
    [400, 'bad', 'HTTP 400: bad'],
    [401, {error: {message: 'Incorrect API key'}}, 'HTTP 401: Incorrect API key (is the key right?)'],
    [404, {error: "model 'x' not found"}, "HTTP 404: model 'x' not found"],
    [422, {detail: [{msg: 'field required'}]}, 'HTTP 422: field required'],
    [
      403,
      '<html><title>403 Forbidden</title><body>…</body></html>',
      'HTTP 403: 403 Forbidden (is the key right?)',
    ],
    [413, '<h1>Too\n<b>large</b></h1><style>h1 {}</style>', 'HTTP 413: Too large'],
    [418, '', "HTTP 418: I'm a Teapot"],
    [304, '', 'HTTP 304: Not Modified'],
  ])('is not made after HTTP %i', async (status, body, reason) => {
    const {code, end} = await askServer([refuses(status, body)]);
    expect({code, end}).toMatchObject({code: 1, end: {ok: false, reason, text: null}});
    expect(server.requests).toHaveLength(1);
  });

  it('is not made where the address is wrong, and the reason says what may be', async () => {
    server = await startChatServer(refuses(404, 'Not here'));
    const {end} = await ask(server.origin);
    expect(end.reason).toBe('HTTP 404: Not here (does the endpoint end in /v1?)');
  });

  it('is made after an error that breaks off itself, or has no end', async () => {
    const brokenOff: Reply = (response) => {
      response.writeHead(503, SOON);
      response.write('Serv', () => response.destroy());
    };
    const endless: Reply = (response) => {
      response.writeHead(503, SOON);
      response.write('x'.repeat(100_000));
    };
    const {code, lines} = await askServer([brokenOff, endless, streams(answer('ok'))]);
    expect(code).toBe(0);
    expect(lines.slice(1, 3)).toMatchObject([
      {status: 503},
      {status: 503, error: expect.stringMatching(/^HTTP 503: x{299}…$/)},
    ]);
  });

  it('is made after an answer without a body', async () => {
    const {code, lines} = await askServer([refuses(204, ''), streams(answer('ok'))], {clock: hasty});
    expect(code).toBe(0);
    expect(lines[1]).toMatchObject({
      type: 'retry',
      error: 'the answer broke off: the connection was closed before its end',
    });
  });

  it('is made three times and no more', async () => {
    const {code, types, end} = await askServer([busy()]);
    expect(code).toBe(1);
    expect(types).toEqual(['start', 'retry', 'retry', 'retry', 'end']);
    expect(end.reason).toBe('HTTP 429: busy');
  });

  it('is made as often as is asked for', async () => {
    await askServer([busy()], {args: ['--max-retries', '0']});
    expect(server.requests).toHaveLength(1);
  });

  it('is made when the connection is lost before the first word', async () => {
    const {code, lines} = await askServer([drops(''), streams(answer('ok'))], {clock: hasty});
    expect(code).toBe(0);
    expect(lines[1]).toMatchObject({type: 'retry', status: null, delayMs: 1000});
  });

  it('is made when there is no word in time, keep-alive or not', async () => {
    const clock = new ManualClock();
    let pings = 0;
    const silent: Reply = (response) => {
      response.writeHead(200);
      response.write(choice({delta: {role: 'assistant', content: ''}}));
      const timer = setInterval(() => response.write(': ping\n\n', () => pings++), 1);
      response.on('close', () => clearInterval(timer));
    };
    const asked = askServer([silent, streams(answer('ok'))], {clock});
    await vi.waitUntil(() => pings > 2, {timeout: 30_000, interval: 1});
    await passes(clock, 240_000);
    await passes(clock, 1_000);
    const {lines, text} = await asked;
    expect(lines[2]).toMatchObject({type: 'retry', error: 'no answer within 240 s'});
    expect(text).toBe('ok');
  });

  it('is made when reasoning breaks off, and not when the answer has begun', async () => {
    const thought = choice({delta: {reasoning: 'Hm.'}});
    const {types} = await askServer([drops(thought), streams(answer('ok'))], {clock: hasty});
    const first = ['response', 'reasoning', 'usage', 'retry'];
    expect(types).toEqual(['start', ...first, 'response', 'text', 'usage', 'end']);
  });

  it('is made after an error of the stream that has such a status', async () => {
    const error = event({error: {message: 'overloaded', code: 503}});
    const {code, lines} = await askServer([streams(error), streams(answer('ok'))], {clock: hasty});
    expect(code).toBe(0);
    expect(lines[1]).toMatchObject({type: 'retry', status: 503, error: 'overloaded'});
  });

  it('waits longer each time where the server does not say how long', async () => {
    const {lines} = await askServer([refuses(503, '')], {clock: hasty});
    const delays = lines.flatMap((line) => (line.type === 'retry' ? [line.delayMs] : []));
    expect(delays).toEqual([1000, 2000, 4000]);
  });

  it('is not made where the server wants to be left alone for too long', async () => {
    const {end} = await askServer([refuses(429, 'quota', {'retry-after': '3600'})]);
    expect(end.reason).toBe('HTTP 429: quota; the server asks to wait 3600 s');
    expect(server.requests).toHaveLength(1);
  });

  it('is made without stream_options at once where the server does not know them', async () => {
    const unknown = refuses(400, {error: {message: "Unrecognized request argument: 'stream_options'"}});
    const {code, types} = await askServer([unknown, streams(answer('ok'))]);
    expect(code).toBe(0);
    expect(types).toEqual(['start', 'note', 'response', 'text', 'usage', 'end']);
    expect(server.requests[1]!.body).not.toHaveProperty('stream_options');
  });

  it.each<[string, Reply]>([
    ['says so', refuses(400, {error: {message: "'response_format' is not supported"}})],
    ['says no more than that the request is wrong', refuses(422, 'Unprocessable')],
    ['fails with it', refuses(500, {error: {message: 'failed to parse grammar'}})],
  ])('is made at once without a schema of the answer where the server %s', async (_name, refusal) => {
    const args = ['--answer-schema={"type":"object"}'];
    const {types} = await askServer([refusal, streams(answer('ok'))], {args});
    const schema = {name: 'answer', strict: true, schema: {type: 'object'}};
    const formats = server.requests.map(({body}) => body.response_format);
    expect(formats).toEqual([{type: 'json_schema', json_schema: schema}, undefined]);
    expect(types).toEqual(['start', 'note', 'response', 'text', 'usage', 'end']);
  });

  it('is not made for a schema where the key is refused', async () => {
    const {end} = await askServer([refuses(401, 'who are you')], {args: ['--answer-schema={}']});
    expect(end.reason).toContain('HTTP 401: who are you');
    expect(server.requests).toHaveLength(1);
  });

  it('is made without both where the server knows neither', async () => {
    const replies = [refuses(400, 'no stream_options'), refuses(400, 'no'), refuses(400, 'never')];
    const {end} = await askServer(replies, {args: ['--answer-schema={}']});
    expect(end.reason).toBe('HTTP 400: never');
    expect(server.requests.map(({body}) => ['stream_options' in body, 'response_format' in body])).toEqual([
      [true, true],
      [false, true],
      [false, false],
    ]);
  });

  it('keeps a form of the answer that the user asks for', async () => {
    const args = ['--answer-schema={}', '--body={"response_format":{"type":"json_object"}}'];
    await askServer([refuses(400, 'no')], {args});
    expect(server.requests.map(({body}) => body.response_format)).toEqual([{type: 'json_object'}]);
  });

  it('counts the tokens of those before it', async () => {
    const error = usage + event({error: {message: 'overloaded', code: 503}});
    const {lines} = await askServer([streams(error), streams(answer('ok'))], {clock: hasty});
    const counts = lines.flatMap((line) => (line.type === 'usage' ? [line.inputTokens] : []));
    expect(counts).toEqual([7, 14]);
  });

  it('is made when nobody listens, and the reason says so', async () => {
    server = await startChatServer(streams(''));
    const {endpoint} = server;
    await server.close();
    const {code, end, types} = await ask(endpoint, {clock: hasty});
    expect(code).toBe(1);
    expect(types.filter((type) => type === 'retry')).toHaveLength(3);
    expect(end.reason).toContain('ECONNREFUSED');
  });
});

/** Waits for retries alone, and not long. */
const hasty = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(ms: number, fire: () => void) {
    const timer = setTimeout(fire, ms <= 8_000 && ms !== 5_000 ? 1 : 60_000);
    return () => clearTimeout(timer);
  },
};

describe('the key', () => {
  const env = {MY_KEY: 'very-secret-key-1'};
  const args = ['--api-key-env', 'MY_KEY'];

  it('goes to the server and nowhere else', async () => {
    const {code, lines} = await askServer([streams(answer('ok'))], {env, args});
    expect(code).toBe(0);
    expect(server.requests[0]!.headers.authorization).toBe('Bearer very-secret-key-1');
    expect(JSON.stringify(lines)).not.toContain('very-secret');
  });

  it('that the server repeats is left out of what is told', async () => {
    const {end} = await askServer([refuses(401, {error: {message: 'no such key: very-secret-key-1'}})], {
      env,
      args,
    });
    expect(end.reason).toBe('HTTP 401: no such key: [key] (is the key right?)');
  });

  it('that is but a word is no secret', async () => {
    const {text} = await askServer([streams(answer('ask ollama'))], {env: {MY_KEY: 'ollama'}, args});
    expect(text).toBe('ask ollama');
  });

  it('is not taken to another origin, and neither is the prompt', async () => {
    const other = await startChatServer(streams(answer('stolen')));
    const redirect = refuses(307, '', {location: `${other.origin}/v1/chat/completions`});
    const {code, end} = await askServer([redirect], {env, args});
    expect({code, requests: other.requests}).toEqual({code: 1, requests: []});
    expect(end.reason).toContain(`redirects to ${other.origin}`);
    await other.close();
  });
});

describe('a redirection', () => {
  it('within the endpoint is followed, with the prompt', async () => {
    const {text} = await askServer([
      refuses(308, '', {location: '/v2/chat/completions'}),
      streams(answer('ok')),
    ]);
    expect(text).toBe('ok');
    expect(server.requests[1]).toMatchObject({path: '/v2/chat/completions', body: {model: 'asked'}});
  });

  it('without an end is given up', async () => {
    const {code, end} = await askServer([refuses(302, '', {location: '/again'})]);
    expect(code).toBe(1);
    expect(end.reason).toContain('redirects to /again');
  });

  it('to nowhere is a failure', async () => {
    const {end} = await askServer([refuses(302, 'lost', {location: 'http://'})]);
    expect(end.reason).toBe('HTTP 302: lost');
  });
});

describe('a wrong option', () => {
  it.each<[string, string[], string]>([
    ['no model', ['--endpoint', 'http://127.0.0.1:9'], 'needs a model'],
    ['no endpoint', ['--model', 'm'], 'needs an endpoint'],
    ['an unknown flag', ['--endpoint', 'http://127.0.0.1:9', '--colour'], "Unknown option '--colour'"],
    [
      'an unset key',
      ['--endpoint', 'http://127.0.0.1:9', '--model=m', '--api-key-env', 'NO_KEY'],
      '"NO_KEY"',
    ],
  ])('%s: exit code 2, and no request', async (_name, args, message) => {
    server = await startChatServer(streams(''));
    const {runDirect} = await import('../../src/direct/program.ts');
    let complaint = '';
    const code = await runDirect({
      args,
      env: {},
      readPrompt: async () => '',
      write: () => {},
      complain: (line) => {
        complaint += line;
      },
      clock: hasty,
      random: () => 0,
    });
    expect(code).toBe(2);
    expect(complaint).toContain(message);
  });

  it('of our own making is no complaint', async () => {
    server = await startChatServer(streams(''));
    const broken = ask(server.endpoint, {
      onLine: () => {
        throw new TypeError('ours');
      },
    });
    await expect(broken).rejects.toThrow(TypeError);
  });
});
