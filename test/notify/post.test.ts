import {afterEach, describe, expect, it} from 'vitest';
import {systemClock} from '../../src/clock.ts';
import {post} from '../../src/notify/post.ts';
import {ManualClock} from '../support/manual-clock.ts';
import {until} from '../support/session.ts';
import {type Answer, Hook, hangUp, silence, status} from './server.ts';

let hook: Hook;
afterEach(() => hook.stop());

const BODY = {v: 1, text: 'Grün'};

async function posting(answers: Answer[], {stop = new AbortController().signal} = {}) {
  hook = new Hook(...answers);
  const url = await hook.start();
  const clock = new ManualClock();
  return {url, clock, result: post(url, BODY, {clock, stop, random: () => 0})};
}

/** Until a wait between two attempts has begun: its timer beside that of the limit. */
const waiting = (clock: ManualClock) => until(() => clock.pendingMs().length === 2);

describe('a post', () => {
  it('arrives as JSON', async () => {
    const {result} = await posting([status(200)]);
    expect(await result).toBeNull();
    expect(hook.got).toMatchObject([{path: '/hook-s3cret', headers: {'content-type': 'application/json'}}]);
    expect(JSON.parse(hook.got[0]!.body)).toEqual(BODY);
  });

  it('is made again when the server fails or hangs up, later each time', async () => {
    const {clock, result} = await posting([status(503), hangUp, status(204)]);
    await waiting(clock);
    expect(clock.pendingMs()).toEqual([1000, 20_000]);
    clock.advance(1000);
    await waiting(clock);
    expect(clock.pendingMs()).toEqual([2000, 19_000]);
    clock.advance(2000);
    expect(await result).toBeNull();
    expect(hook.got).toHaveLength(3);
    expect(clock.pendingMs()).toEqual([]);
  });

  it('waits as long as the server asks for', async () => {
    const {clock, result} = await posting([status(429, {'retry-after': '7'}), status(200)]);
    await waiting(clock);
    expect(clock.pendingMs()).toEqual([7000, 20_000]);
    clock.advance(7000);
    expect(await result).toBeNull();
  });

  it('does not wait for longer than there is time', async () => {
    const {result} = await posting([status(429, {'retry-after': '20'})]);
    expect(await result).toBe('was answered with HTTP 429');
    expect(hook.got).toHaveLength(1);
  });

  it.each([
    [status(404), 'was answered with HTTP 404'],
    [status(302, {location: 'http://127.0.0.1:1/'}), 'was redirected, which is not followed'],
  ])('is not made again where that would not help', async (answer, problem) => {
    const {result} = await posting([answer]);
    expect(await result).toBe(problem);
    expect(hook.got).toHaveLength(1);
  });

  it('gives up on a server that says nothing', async () => {
    const {clock, result} = await posting([silence]);
    await until(() => hook.got.length === 1);
    clock.advance(20_000);
    expect(await result).toBe('had no answer within 20 s');
  });

  it('gives up at once when it is told to, also between two attempts', async () => {
    for (const [answer, ready] of [
      [silence, () => hook.got.length === 1],
      [status(500), (clock: ManualClock) => clock.pendingMs().length === 2],
    ] as const) {
      const stop = new AbortController();
      const {clock, result} = await posting([answer], {stop: stop.signal});
      await until(() => ready(clock));
      stop.abort();
      expect(await result).toBe('was ended, as asked');
      if (answer === silence) await hook.stop();
    }
  });

  it('says why it did not arrive, and never where to', async () => {
    hook = new Hook(status(200));
    const url = await hook.start();
    await hook.stop();
    const clock = new ManualClock();
    const result = post(url, BODY, {
      clock,
      stop: new AbortController().signal,
      postLimitMs: 1000,
      random: () => 0,
    });
    expect(await result).toBe('did not arrive: ECONNREFUSED');
    hook = new Hook(status(200));
    await hook.start();
  });

  it('is not tried again at a port that no request may use', async () => {
    hook = new Hook(status(200));
    await hook.start();
    const stop = new AbortController().signal;
    expect(await post('http://127.0.0.1:1/', BODY, {clock: systemClock, stop})).toBe(
      'did not arrive: bad port',
    );
  });
});
