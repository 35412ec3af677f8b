import type {StreamName, TransportName} from '../event.ts';

/** `auto` is `pty` where one can be had, else `pipe`. */
export type TransportChoice = TransportName | 'auto';

export interface SpawnRequest {
  /** Program (an absolute path or a name on PATH) and its arguments; a shell line only as `shellArgv` makes it. */
  argv: readonly [string, ...string[]];
  cwd: string;
  /** The child's whole environment. */
  env: Readonly<Record<string, string | undefined>>;
  /** Bytes to write to stdin before closing it; null is `/dev/null`; `inherit` hands on oneshot's own stdin. */
  stdin: Uint8Array | null | 'inherit';
  transport: TransportChoice;
  /** Folder for the spool files of `buffered`; they are removed at the end. */
  spoolDir: string;
}

/**
 * Receives what the child wrote, in order per stream. `bytes` is only valid during the call: copy what is kept.
 * Must not throw.
 */
export type ChunkHandler = (stream: StreamName, bytes: Buffer) => void;

export interface ChildExit {
  exitCode: number | null;
  /** Name of the signal, such as `SIGKILL`. */
  signal: string | null;
  /** Whether each stream was read to its end; false: something still held it open, and it was closed after a grace. */
  drained: boolean;
}

/** A running child process. */
export interface Child {
  readonly pid: number;
  readonly transport: TransportName;
  /** Why this transport, for a person. */
  readonly transportReason: string;
  /** A warning to show once, when the transport is not the one wanted. */
  readonly transportWarning: string | null;
  /** Bytes of both streams seen so far; with `buffered` the bytes spooled. Arriving bytes count as life. */
  bytesSeen(): number;
  /** Stop reading: the child blocks once its stream is full. No effect after `drain()`. */
  pause(): void;
  resume(): void;
  /** From now on read without pause, so that a child blocked in a write can end. */
  drain(): void;
  /** Sends a signal to the child's process group; false when it is gone already. */
  kill(signal: NodeJS.Signals): boolean;
  /** Settles once the process has exited and its output is drained. Never rejects. */
  readonly exit: Promise<ChildExit>;
}

/** Size given to the PTY. */
export const PTY_COLUMNS = 200;
export const PTY_ROWS = 50;
