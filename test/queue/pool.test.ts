import {expect, it} from 'vitest';
import {pool} from '../../src/queue/pool.ts';

/** Work that ends when a test says so. */
function handWork() {
  const begun: number[] = [];
  const settlers = new Map<number, {end(): void; fail(error: Error): void}>();
  const lefts: AbortSignal[] = [];
  const work = (item: number, left: AbortSignal) => {
    begun.push(item);
    lefts.push(left);
    return new Promise<number>((resolve, reject) => {
      settlers.set(item, {end: () => resolve(item * 10), fail: reject});
    });
  };
  return {
    work,
    begun,
    lefts,
    end: (item: number) => settlers.get(item)!.end(),
    fail: (item: number) => settlers.get(item)!.fail(new Error(`no ${item}`)),
  };
}

const turn = () => new Promise((settle) => setImmediate(settle));

it('does no more at once than it may, and gives results as they come', async () => {
  const {work, begun, end} = handWork();
  const results = pool([1, 2, 3], {concurrency: 2}, work);
  const first = results.next();
  await turn();
  expect(begun).toEqual([1, 2]);
  end(2);
  expect(await first).toEqual({done: false, value: 20});
  const second = results.next();
  await turn();
  expect(begun).toEqual([1, 2, 3]);
  end(3);
  end(1);
  const rest = [(await second).value, (await results.next()).value];
  expect(rest.toSorted()).toEqual([10, 30]);
  expect(await results.next()).toEqual({done: true, value: undefined});
});

it('loses no result of those that end at the same moment', async () => {
  const items = Array.from({length: 50}, (_, index) => index);
  const seen: number[] = [];
  for await (const result of pool(items, {concurrency: 7}, async (item) => item)) seen.push(result);
  expect(seen.toSorted((a, b) => a - b)).toEqual(items);
});

it('draws an item only when there is room for it and a result is wanted', async () => {
  let drawn = 0;
  function* endless() {
    for (;;) yield ++drawn;
  }
  const {work, end} = handWork();
  const results = pool(endless(), {concurrency: 3}, work);
  await turn();
  expect(drawn).toBe(0);
  const first = results.next();
  await turn();
  expect(drawn).toBe(3);
  end(1);
  end(2);
  await first;
  await turn();
  expect(drawn).toBe(3);
  const left = results.return();
  end(3);
  await left;
});

it('takes items that come over time, and results meanwhile', async () => {
  let give = (_item: number | null) => {};
  async function* slow() {
    for (;;) {
      const item = await new Promise<number | null>((settle) => {
        give = settle;
      });
      if (item === null) return;
      yield item;
    }
  }
  const {work, begun, end} = handWork();
  const results = pool(slow(), {concurrency: 2}, work);
  const first = results.next();
  await turn();
  give(1);
  await turn();
  end(1);
  expect((await first).value).toBe(10);
  const second = results.next();
  give(2);
  await turn();
  give(null);
  await turn();
  end(2);
  expect((await second).value).toBe(20);
  expect((await results.next()).done).toBe(true);
  expect(begun).toEqual([1, 2]);
});

it('begins nothing more once it is stopped, and waits for what is under way', async () => {
  const stop = new AbortController();
  const {work, begun, end} = handWork();
  const results = pool([1, 2, 3], {concurrency: 2, stop: stop.signal}, work);
  const first = results.next();
  await turn();
  stop.abort();
  await turn();
  end(1);
  expect((await first).value).toBe(10);
  const second = results.next();
  await turn();
  end(2);
  expect((await second).value).toBe(20);
  expect((await results.next()).done).toBe(true);
  expect(begun).toEqual([1, 2]);
});

it('ends at once when it is stopped while nothing is under way', async () => {
  const stop = new AbortController();
  async function* never() {
    yield await new Promise<number>(() => {});
  }
  const results = pool(never(), {concurrency: 2, stop: stop.signal}, async (item) => item);
  const first = results.next();
  await turn();
  stop.abort();
  expect((await first).done).toBe(true);
});

it('tells what is under way when nobody wants it any more, and waits for it', async () => {
  const {work, lefts, end} = handWork();
  const results = pool([1, 2], {concurrency: 2}, work);
  const first = results.next();
  await turn();
  end(1);
  await first;
  let isOver = false;
  const over = results.return().then(() => {
    isOver = true;
  });
  await turn();
  expect(lefts.map(({aborted}) => aborted)).toEqual([true, true]);
  expect(isOver).toBe(false);
  end(2);
  await over;
});

it('throws what work throws, once the rest is over', async () => {
  const {work, end, fail, lefts} = handWork();
  const first = pool([1, 2], {concurrency: 2}, work).next();
  const rejected = expect(first).rejects.toThrow('no 1');
  await turn();
  fail(1);
  await turn();
  expect(lefts[1]!.aborted).toBe(true);
  end(2);
  await rejected;
});

it('throws what the items throw', async () => {
  function* broken() {
    yield 1;
    throw new Error('no more');
  }
  const results = pool(broken(), {concurrency: 2}, async (item) => item);
  const drain = async () => {
    for await (const _ of results);
  };
  await expect(drain()).rejects.toThrow('no more');
});
