import {describe, expect, it} from 'vitest';
import {chatUrl} from '../../src/direct/endpoint.ts';
import {apiKeyOf, readDirectOptions} from '../../src/direct/options.ts';
import {connectionProblem} from '../../src/direct/post.ts';
import {OneshotError} from '../../src/error.ts';
import {isRetriable, retryAfterMs, waitMs} from '../../src/retry.ts';

describe('an endpoint', () => {
  it.each([
    ['http://127.0.0.1:11434/v1', 'http://127.0.0.1:11434/v1/chat/completions'],
    ['http://127.0.0.1:11434/v1/', 'http://127.0.0.1:11434/v1/chat/completions'],
    ['http://127.0.0.1:11434/v1//', 'http://127.0.0.1:11434/v1/chat/completions'],
    ['https://a.example/v1/chat/completions', 'https://a.example/v1/chat/completions'],
    ['https://a.example/v1/chat/completions/', 'https://a.example/v1/chat/completions'],
    ['https://a.example', 'https://a.example/chat/completions'],
    ['https://a.example/d/x?api-version=1#part', 'https://a.example/d/x/chat/completions?api-version=1'],
    ['HTTPS://A.example:443/v1', 'https://a.example/v1/chat/completions'],
    ['http://[::1]:8080/v1', 'http://[::1]:8080/v1/chat/completions'],
  ])('%s is asked at %s', (endpoint, url) => {
    expect(chatUrl(endpoint).href).toBe(url);
  });

  it.each([
    '',
    'localhost:11434',
    '127.0.0.1:8080/v1',
    'ftp://a.example',
    'file:///etc',
    'http://',
    'v1',
    '/v1',
  ])('%j is none', (endpoint) => {
    expect(() => chatUrl(endpoint, '--worker-endpoint')).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: `--worker-endpoint ${JSON.stringify(endpoint)} is no address of http or https`,
      }),
    );
  });

  it.each(['https://user:hunter22@a.example', 'https://hunter22@a.example', 'https://:hunter22@a.example'])(
    '%s holds a secret, which is not repeated',
    (endpoint) => {
      const problem = problemOf(() => chatUrl(endpoint));
      expect(problem.code).toBe('INVALID_OPTION');
      expect(problem.message + problem.nextStep).not.toContain('hunter22');
    },
  );
});

function problemOf(act: () => unknown): OneshotError {
  try {
    act();
  } catch (error) {
    if (error instanceof OneshotError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

const AT = ['--endpoint', 'http://127.0.0.1:1/v1'];

describe('the options of the direct program', () => {
  it('have these defaults', () => {
    expect(readDirectOptions(AT)).toEqual({
      url: new URL('http://127.0.0.1:1/v1/chat/completions'),
      model: null,
      apiKeyEnv: null,
      maxRetries: 3,
      firstTokenMs: 240_000,
      idleMs: 100_000,
      body: {},
      answerSchema: null,
    });
  });

  it('are read as they are given', () => {
    const more = [
      '--max-retries=0',
      '--first-token-timeout-ms',
      '300000',
      '--idle-timeout-ms=1',
      '--body={"a":[1]}',
      '--answer-schema={"type":"object"}',
    ];
    expect(readDirectOptions([...AT, '--model=-m', '--api-key-env', 'K', ...more])).toMatchObject({
      model: '-m',
      apiKeyEnv: 'K',
      maxRetries: 0,
      firstTokenMs: 300_000,
      idleMs: 1,
      body: {a: [1]},
      answerSchema: {type: 'object'},
    });
  });

  it.each([
    ['--max-retries=-1'],
    ['--max-retries=1.5'],
    ['--max-retries=1000'],
    ['--idle-timeout-ms=0'],
    ['--idle-timeout-ms=300001'],
    ['--first-token-timeout-ms=5m'],
    ['--body=[]'],
    ['--body={'],
    ['--answer-schema=1'],
    ['--model'],
    ['--modle=x'],
    ['word'],
  ])('%s is an error that says what it takes', (arg) => {
    const {code, nextStep} = problemOf(() => readDirectOptions([...AT, arg]));
    expect(code).toBe('INVALID_OPTION');
    expect(nextStep).toMatch(/^(It takes|Give) /);
  });
});

describe('the key', () => {
  it('is the value of its variable, without blanks around it', () => {
    expect(apiKeyOf({apiKeyEnv: null}, {K: 'x'})).toBeNull();
    expect(apiKeyOf({apiKeyEnv: 'K'}, {K: ' sk-1\n'})).toBe('sk-1');
  });

  it.each([{}, {K: ''}, {K: ' \n'}])('in %j is missing', (env) => {
    expect(problemOf(() => apiKeyOf({apiKeyEnv: 'K'}, env)).message).toContain('"K"');
  });

  it.each(['top secret', 'geheim-ä', 'a\nb'])('%j cannot be one, and is not repeated', (value) => {
    const {message, nextStep} = problemOf(() => apiKeyOf({apiKeyEnv: 'K'}, {K: value}));
    expect(message).toContain('the variable K holds no key');
    expect(message + nextStep).not.toContain(value);
  });
});

describe('a retry', () => {
  it('is worth it where the server may do better next time', () => {
    expect([408, 409, 429, 500, 502, 503, 504, 529].filter((status) => !isRetriable(status))).toEqual([]);
    expect([400, 401, 403, 404, 413, 422].filter(isRetriable)).toEqual([]);
  });

  it('comes after 1 s, 2 s, 4 s and so on to 30 s, each with up to a quarter more', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((attempt) => waitMs(attempt, null, () => 0))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
    expect(waitMs(1, null, () => 1)).toBe(1250);
    expect(waitMs(1, 7, () => 1)).toBe(7);
  });

  it.each([
    [{'retry-after': '2'}, 2000],
    [{'retry-after': '0.5'}, 500],
    [{'retry-after-ms': '250.5', 'retry-after': '9'}, 251],
    [{'retry-after-ms': 'soon', 'retry-after': '9'}, 9000],
    [{'retry-after': 'Thu, 01 Jan 1970 00:00:30 GMT'}, 20_000],
    [{'retry-after': 'Thu, 01 Jan 1970 00:00:01 GMT'}, 0],
    [{'retry-after': 'later'}, null],
    [{'retry-after': '-1'}, null],
    [{}, null],
  ])('with %j comes after %s ms', (headers, ms) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>), 10_000)).toBe(ms);
  });
});

describe('what went wrong below HTTP', () => {
  it.each<[string, unknown, string]>([
    ['an error of ours', new Error('no answer within 1 s'), 'no answer within 1 s'],
    [
      'a cause',
      new TypeError('fetch failed', {cause: new Error('connect ECONNREFUSED')}),
      'connect ECONNREFUSED',
    ],
    [
      'several causes',
      new TypeError('fetch failed', {cause: new AggregateError([new Error('first'), new Error('second')])}),
      'first',
    ],
    [
      'a code alone',
      new TypeError('fetch failed', {cause: Object.assign(new Error(), {code: 'EPIPE'})}),
      'EPIPE',
    ],
  ])('is read from %s', (_name, error, problem) => {
    expect(connectionProblem(error)).toBe(problem);
  });
});
