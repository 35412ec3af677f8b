import type {Latencies} from '../event.ts';

/** Upper bound of the first bucket, and how many buckets there are from one power of two to the next. */
const FIRST_MS = 0.001;
const PER_OCTAVE = 4;

/** Up to 18 minutes. What takes longer is counted in the last bucket. */
const BUCKETS = 30 * PER_OCTAVE + 1;

/** Times in buckets on a logarithmic scale: bounded memory, and quantiles that are at most a fifth too high. */
export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #totalMs = 0;
  #maxMs = 0;

  /** `times`: how many took `ms`. */
  add(ms: number, times = 1): void {
    this.#counts[bucketOf(ms)]! += times;
    this.#count += times;
    this.#totalMs += ms * times;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  result(): Latencies {
    const shares = [0.5, 0.95, 0.99] as const;
    const [p50, p95, p99] = shares.map((share) => this.#quantile(share)) as [Quantile, Quantile, Quantile];
    const isEmpty = this.#count === 0;
    return {
      count: this.#count,
      mean: isEmpty ? null : rounded(this.#totalMs / this.#count),
      p50,
      p95,
      p99,
      max: isEmpty ? null : rounded(this.#maxMs),
      buckets: [...this.#counts]
        .map((count, index) => ({upTo: boundMs(index), count}))
        .filter(({count}) => count > 0),
    };
  }

  /** Upper bound of the bucket that `share` of all times reach. */
  #quantile(share: number): Quantile {
    const wanted = share * this.#count;
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (count === 0 || seen < wanted) continue;
      return index === BUCKETS - 1 ? rounded(this.#maxMs) : Math.min(boundMs(index), rounded(this.#maxMs));
    }
    return null;
  }
}

type Quantile = number | null;

function bucketOf(ms: number): number {
  if (ms <= FIRST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log2(ms / FIRST_MS) * PER_OCTAVE));
}

function boundMs(index: number): number {
  return rounded(FIRST_MS * 2 ** (index / PER_OCTAVE));
}

/** Four digits: more would be noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
