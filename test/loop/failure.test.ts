import {describe, expect, it} from 'vitest';
import type {Outcome} from '../../src/event.ts';
import {failureOf, pauseMs} from '../../src/loop/failure.ts';

const remedyOf = (reason: string) => failureOf({outcome: 'failed', reason}, null).remedy;

describe('what can be done about an agent that failed', () => {
  it.each([
    'API Error: 500 {"type":"error","error":{"type":"api_error","message":"Internal server error"}}',
    'API Error: 500 {"type":"error","error":{"type":"api_error","message":"login service: 401 in 404 ms"}}',
    'API Error: 500 authentication failed upstream',
    'HTTP 503: 503 Service Unavailable',
    'API Error: Connection error.',
    'connect ECONNREFUSED 127.0.0.1:4010',
    'the model could not be reached: getaddrinfo ENOTFOUND models.example: host not found',
    'API Error: The operation timed out.',
    'the answer broke off: other side closed',
    'CUDA out of memory',
    'exit code 1',
    'exit code 129',
    'exit code 145: Error when talking to Gemini API Full report available at: /tmp/gemini-client-error.json',
    'exit code 3: boom',
    'exit code 1: cannot log in /var/log: no token left in the bucket',
    'exit code 1: SyntaxError: Invalid token in JSON at position 401',
    'exit code 1: src/billing.ts: 402 lines',
    'exit code 1: finish_reason is undefined',
    'ended by SIGKILL',
    'ended by SIGSEGV: unknown',
  ])('another try: %s', (reason) => {
    expect(failureOf({outcome: 'failed', reason}, null)).toEqual({
      remedy: 'again',
      isOverload: false,
      nextStep: null,
    });
  });

  it.each([
    'API Error: 529 scripted 529. This is a server-side issue, usually temporary — try again in a moment.',
    'API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
    'API Error: 429 {"type":"error","error":{"type":"rate_limit_error","message":"This would exceed your rate limit"}}',
    'API Error: 500 {"type":"error","error":{"type":"api_error","message":"Overloaded"}}',
    'HTTP 429: busy',
    '429 scripted 429',
    'Claude AI usage limit reached|1795338000',
    '{"error":{"code":429,"message":"Resource exhausted"}}',
  ])('another try after a longer pause: %s', (reason) => {
    expect(failureOf({outcome: 'failed', reason}, null)).toMatchObject({
      remedy: 'again',
      isOverload: true,
      nextStep: expect.stringContaining('oneshot resume'),
    });
  });

  it.each([
    'Failed to authenticate. API Error: 401 scripted 401',
    'API Error: 403 {"type":"error","error":{"type":"permission_error"}}',
    '401 scripted 401',
    'unexpected status 401 Unauthorized: scripted 401, url: http://127.0.0.1:41871/v1/responses',
    'HTTP 401: Incorrect API key provided (is the key right?)',
    "exit code 1: Not authenticated. Please run 'cline auth' first to configure your API credentials.",
    'Not logged in · Please run /login',
    'Invalid API key · Please run /login',
    'Invalid API key · Fix external API key',
    'OAuth token has expired',
    'exit code 1: Missing API key',
  ])('another agent, or a login: %s', (reason) => {
    expect(failureOf({outcome: 'failed', reason}, null)).toMatchObject({
      remedy: 'elsewhere',
      nextStep: expect.stringContaining('Log in'),
    });
  });

  it.each([
    'Credit balance is too low',
    'API Error: 429 You exceeded your current quota, please check your plan and billing details.',
    'HTTP 402: Payment Required',
    'insufficient_quota',
    'HTTP 400: prompt and tools do not fit together',
    'the answer was cut off at the limit of its tokens (finish_reason length)',
    'exit code 127: sh: 1: agent: not found',
    'exit code 126: sh: 1: agent: Permission denied',
  ])('another agent: %s', (reason) => {
    expect(failureOf({outcome: 'failed', reason}, null)).toMatchObject({
      remedy: 'elsewhere',
      nextStep: expect.any(String),
    });
  });

  it.each([
    'error_max_turns: Reached maximum number of turns (2)',
    'error_max_budget_usd: Reached maximum budget ($1)',
    'Prompt is too long',
    "HTTP 400: This model's maximum context length is 8192 tokens",
    'API Error: 404 {"type":"error","error":{"type":"not_found_error","message":"model: claude-nope"}}',
    'HTTP 404: model "nope" not found, try pulling it first',
    "exit code 1: There's an issue with the selected model (nope). It does not exist or you may not have access to it.",
    "exit code 1: error: error: unknown option '--output-format'",
    'exit code 1: Error: When using --print, --output-format=stream-json requires --verbose',
    'JSON output mode requires a prompt argument or piped stdin (interactive mode is unsupported)',
    'exit code 2: error: the direct executor needs a model. Give it with --model.',
    'the endpoint redirects to http://127.0.0.1/, which is not followed: name the right endpoint',
  ])('nothing but other options: %s', (reason) => expect(remedyOf(reason)).toBe('never'));

  it.each<[Outcome, 'clock' | 'ask' | null, string]>([
    ['stalled', 'clock', 'again'],
    ['stalled', 'ask', 'never'],
    ['truncated', null, 'again'],
    ['timed-out', 'clock', 'never'],
    ['canceled', null, 'never'],
    ['completed', null, 'never'],
  ])('a run that %s (%s): %s', (outcome, cause, remedy) => {
    const stop = cause && {cause};
    expect(failureOf({outcome, reason: 'API Error: 401'}, stop).remedy).toBe(remedy);
  });
});

describe('the pause before another try', () => {
  const again = failureOf({outcome: 'truncated', reason: ''}, null);
  const overload = failureOf({outcome: 'failed', reason: 'HTTP 429'}, null);

  it('grows by three, up to ten minutes', () => {
    expect([1, 2, 3].map((attempt) => pauseMs(again, attempt))).toEqual([5_000, 15_000, 45_000]);
    expect([5, 6, 99].map((attempt) => pauseMs(again, attempt))).toEqual([405_000, 600_000, 600_000]);
  });

  it('is longer when the model has too much to do', () => {
    expect([1, 2].map((attempt) => pauseMs(overload, attempt))).toEqual([30_000, 90_000]);
    expect(pauseMs(overload, 1, 10)).toBe(60);
  });
});
