/** The work that every peer does, and what is measured of it. */

export interface Paced {
  firstMs: number;
  p50Ms: number;
  p99Ms: number;
}

export interface Flood {
  megabytesPerSecond: number;
  /** CPU time of the reading process, ms a MB. */
  cpuMsPerMB: number;
  /** By how much its memory grew at most, bytes. */
  rssBytes: number;
}

export interface Loss {
  runs: number;
  runsWithLoss: number;
  lostBytes: number;
  expectedBytes: number;
}

export interface Orphans {
  /** Processes that the program had started. */
  started: number;
  /** Those that lived on after the peer had ended the program. */
  left: number;
}

export interface PeerInput {
  peer: string;
  /** Where its package is installed; empty: it has none. */
  folder: string;
  task: Task;
}

export type Task =
  | {name: 'stream'; program: string; paced: number; flood: number}
  | {name: 'loss'; file: string; bytes: number; runs: number}
  | {name: 'orphans'};

export interface Streamed {
  paced: Paced;
  flood: Flood;
}

/** Between two paced lines, µs. */
export const PACE_US = 3000;
