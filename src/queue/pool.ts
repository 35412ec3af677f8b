/** Many things at once, but not too many. */

export interface PoolOptions {
  /** Under way at once at most. */
  concurrency: number;
  /** Aborted: nothing more is begun, and what is under way comes to its end. @default never */
  stop?: AbortSignal;
}

/** Does one thing. `left` is aborted when nobody wants its result any more. */
export type Work<T, R> = (item: T, left: AbortSignal) => Promise<R>;

/**
 * Does `work` for each item and gives the results as they come. An item is drawn when there is room for it and somebody waits
 * for a result. A consumer that leaves the loop waits for what is under way; so does an error of `items` or `work`, which is
 * thrown then.
 */
export async function* pool<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  {concurrency, stop = NEVER}: PoolOptions,
  work: Work<T, R>,
): AsyncGenerator<R, void, undefined> {
  const source = iteratorOf(items);
  const left = new AbortController();
  const underWay = new Set<Promise<Step<T, R>>>();
  const stopped = whenAborted(stop);
  let drawing: Promise<Step<T, R>> | null = null;
  let isOpen = true;
  try {
    for (;;) {
      isOpen &&= !stop.aborted;
      if (isOpen && underWay.size < concurrency) drawing ??= draw(source);
      // Once it is stopped nobody waits for it.
      drawing?.catch(() => {});
      const awaited = [...underWay, ...(isOpen && drawing ? [drawing] : [])];
      if (awaited.length === 0) return;
      const step = await Promise.race(isOpen ? [...awaited, stopped.promise] : awaited);
      if (step.kind === 'drawn') {
        drawing = null;
        underWay.add(begin(work, step.item, left.signal));
      } else if (step.kind === 'done') {
        underWay.delete(step.self());
        yield step.result;
      } else isOpen = false;
    }
  } finally {
    stopped.release();
    left.abort();
    await Promise.allSettled(underWay);
    // One that is asked for an item just now answers after that.
    void Promise.resolve(source.return?.()).catch(() => {});
  }
}

const NEVER = new AbortController().signal;

type Step<T, R> =
  | {kind: 'drawn'; item: T}
  | {kind: 'done'; result: R; self(): Promise<Step<T, R>>}
  | {kind: 'over'};

async function draw<T, R>(source: Iterator<T> | AsyncIterator<T>): Promise<Step<T, R>> {
  const {done, value} = await source.next();
  return done ? {kind: 'over'} : {kind: 'drawn', item: value};
}

/** It stays under way until its result is taken. */
function begin<T, R>(work: Work<T, R>, item: T, left: AbortSignal): Promise<Step<T, R>> {
  const step: Promise<Step<T, R>> = work(item, left).then((result) => ({
    kind: 'done',
    result,
    self: () => step,
  }));
  return step;
}

function iteratorOf<T>(items: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}

function whenAborted(signal: AbortSignal): {promise: Promise<{kind: 'over'}>; release(): void} {
  let onAbort = () => {};
  const promise = new Promise<{kind: 'over'}>((settle) => {
    onAbort = () => settle({kind: 'over'});
    signal.addEventListener('abort', onAbort, {once: true});
  });
  return {promise, release: () => signal.removeEventListener('abort', onAbort)};
}
