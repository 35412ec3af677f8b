import {describe, expect, it} from 'vitest';
import {backgroundClock} from '../../src/activity/background-clock.ts';
import {neverTwice, poll} from '../../src/activity/poller.ts';
import {ManualClock} from '../support/manual-clock.ts';

const counter = () => {
  const counted = {looks: 0, look: async () => void counted.looks++};
  return counted;
};

describe('polling', () => {
  it('looks once in each interval until it is stopped', () => {
    const clock = new ManualClock();
    const one = counter();
    const stop = poll(clock, 5_000, one.look);
    clock.advance(4_999);
    expect(one.looks).toBe(0);
    clock.advance(10_001);
    expect(one.looks).toBe(3);
    stop();
    clock.advance(60_000);
    expect(one.looks).toBe(3);
    expect(clock.pendingMs()).toEqual([]);
  });

  it('has one timer for all of the same rhythm, and none once the last is gone', () => {
    const clock = new ManualClock();
    const many = Array.from({length: 100}, counter);
    const stops = many.map(({look}) => poll(clock, 5_000, look));
    const slow = counter();
    const stopSlow = poll(clock, 60_000, slow.look);
    expect(clock.pendingMs()).toEqual([5_000, 60_000]);
    clock.advance(5_000);
    expect(many.map(({looks}) => looks)).toEqual(Array.from({length: 100}, () => 1));
    for (const stop of stops) stop();
    expect(clock.pendingMs()).toEqual([55_000]);
    stopSlow();
    expect(clock.pendingMs()).toEqual([]);
  });

  it('that has ended begins anew, and ending it twice ends nobody else', () => {
    const clock = new ManualClock();
    const one = counter();
    const stop = poll(clock, 5_000, one.look);
    stop();
    poll(clock, 5_000, one.look);
    stop();
    clock.advance(5_000);
    expect(one.looks).toBe(1);
  });

  it('of one who never answers does not hold up the others', () => {
    const clock = new ManualClock();
    const other = counter();
    let asked = 0;
    poll(
      clock,
      5_000,
      neverTwice(() => {
        asked++;
        return new Promise(() => {});
      }),
    );
    poll(clock, 5_000, other.look);
    clock.advance(15_000);
    expect([asked, other.looks]).toEqual([1, 3]);
  });
});

describe('work that is never done twice at once', () => {
  it('is waited for by all who ask, and done again for who asks later', async () => {
    const ends: (() => void)[] = [];
    const look = neverTwice(() => new Promise((resolve) => ends.push(resolve)));
    const both = [look(), look()];
    expect(ends.length).toBe(1);
    ends[0]!();
    await Promise.all(both);
    void look();
    expect(ends.length).toBe(2);
  });
});

describe('the clock in the background', () => {
  it('calls, and calls no more what is canceled', async () => {
    const calls: string[] = [];
    const cancel = backgroundClock.after(1, () => calls.push('canceled'));
    cancel();
    await new Promise<void>((resolve) => {
      // Its own timer would not keep the test alive.
      const alive = setInterval(() => {}, 1_000);
      backgroundClock.after(2, () => {
        clearInterval(alive);
        resolve();
      });
    });
    expect(calls).toEqual([]);
    expect(backgroundClock.now()).toBeGreaterThan(0);
  });
});
