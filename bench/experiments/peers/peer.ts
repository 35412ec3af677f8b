/** One way to run a program and read what it says, as its users would write it. */

export interface Sink {
  /** Bytes of stdout, as they come. */
  chunk(bytes: Uint8Array): void;
  /** An object, where the peer reads lines and parses them itself. */
  object(value: unknown, bytes: number): void;
}

export interface PeerRun {
  /** Ends the program as users of the peer do. */
  kill(): void | Promise<void>;
  /** Settles when the peer says that it is over; never rejects. */
  ended: Promise<void>;
}

export interface Start {
  argv: readonly [string, ...string[]];
  env: NodeJS.ProcessEnv;
}

export type Peer = (start: Start, sink: Sink) => Promise<PeerRun>;
