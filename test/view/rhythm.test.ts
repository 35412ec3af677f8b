import {expect, it} from 'vitest';
import {Rhythm} from '../../src/view/rhythm.ts';
import {ManualClock} from '../support/manual-clock.ts';
import {event} from './events.ts';

const at = (ms: number) => event({type: 'evidence', kind: 'files', what: 'x'}, {at: ms});

function play(speed: number) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const rhythm = new Rhythm({clock, speed, signal: stop.signal});
  return {clock, stop, rhythm};
}

it('plays in the rhythm that was recorded, the first at once', async () => {
  const {clock, rhythm} = play(1);
  await rhythm.wait(at(5000));
  const second = rhythm.wait(at(5300));
  expect(clock.pendingMs()).toEqual([300]);
  clock.advance(300);
  await second;
  await rhythm.wait(at(5300));
});

it('plays faster, and makes a long gap 2 s', async () => {
  const {clock, rhythm} = play(4);
  await rhythm.wait(at(0));
  const second = rhythm.wait(at(600_000));
  expect(clock.pendingMs()).toEqual([500]);
  clock.advance(500);
  await second;
  const third = rhythm.wait(at(601_000));
  expect(clock.pendingMs()).toEqual([250]);
  clock.advance(250);
  await third;
});

it('makes up for a timer that was late, and not for a screen that was held', async () => {
  const {clock, rhythm} = play(1);
  await rhythm.wait(at(0));
  const second = rhythm.wait(at(100));
  clock.advance(100);
  await second;
  clock.standStill(30);
  const third = rhythm.wait(at(200));
  expect(clock.pendingMs()).toEqual([70]);
  clock.advance(70);
  await third;
  clock.standStill(60_000);
  await rhythm.wait(at(300));
  await rhythm.wait(at(500));
  void rhythm.wait(at(700));
  expect(clock.pendingMs()).toEqual([150]);
});

it('goes on over a clock that was set back', async () => {
  const {clock, rhythm} = play(1);
  await rhythm.wait(at(5000));
  await rhythm.wait(at(10));
  void rhythm.wait(at(110));
  expect(clock.pendingMs()).toEqual([100]);
});

it('waits no more once it is told to end', async () => {
  const {clock, stop, rhythm} = play(1);
  await rhythm.wait(at(0));
  const second = rhythm.wait(at(1000));
  stop.abort();
  await second;
  expect(clock.pendingMs()).toEqual([]);
  await rhythm.wait(at(2000));
});

it('tells the time of the session as it plays', async () => {
  const {clock, rhythm} = play(10);
  await rhythm.wait(at(7000));
  clock.standStill(50);
  expect(rhythm.times.now()).toBe(7500);
  expect(rhythm.times.of(at(3))).toBe(3);
});

it('has a time before the first event', () => {
  expect(play(1).rhythm.times.now()).toBe(0);
});
