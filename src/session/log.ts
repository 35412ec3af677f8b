import type {EventDraft, OneshotEvent, Role, StreamName} from '../event.ts';

/** Called with each event once it is recorded, in order. Must not throw; is never awaited. */
export type View = (event: OneshotEvent) => void;

/** The open recording of one session: the only writer of its folder. */
export interface SessionLog {
  readonly id: string;
  /** Absolute path of the session folder. */
  readonly dir: string;
  /** Absolute path of `events.jsonl`. */
  readonly eventsPath: string;
  /** Numbers, stamps and queues an event. Views see it after it is written. */
  append(draft: EventDraft): void;
  /** Queues exact bytes (copied) for a raw file and returns the offset at which they start. */
  appendRaw(iteration: number, role: Role, stream: StreamName, bytes: Uint8Array): number;
  /** What `work` appends is written together and shown, where the disk is prompt, before this returns: sooner than by itself. */
  atOnce(work: () => void): void;
  /** Bytes of a raw file so far, queued ones included: the offset of the next `appendRaw`. */
  rawSize(iteration: number, role: Role, stream: StreamName): number;
  /** Absolute path of a raw file, `<dir>/<iteration>/<role>.<stream>`. */
  rawPath(iteration: number, role: Role, stream: StreamName): string;
  /** Adds a view; returns the function that removes it. */
  addView(view: View): () => void;
  /** Calls back after each batch of writes, raw bytes included. Returns the function that takes this back. */
  onWritten(callback: () => void): () => void;
  /** Bytes queued and not yet written. */
  backlogBytes(): number;
  /** The first write error; once set, nothing more is written. */
  failure(): Error | null;
  /** Calls back once when writing fails, at once if it has. Returns the function that takes this back. */
  onFailure(callback: (error: Error) => void): () => void;
  /** Calls back once, when the backlog has fallen to `bytes` or the log has failed. */
  whenBacklogBelow(bytes: number, callback: () => void): void;
  /** Settles when all that was queued is written (or has failed). Never rejects: see `failure()`. */
  flush(): Promise<void>;
  /**
   * Settles when all that was queued is on the disk itself and `session.json` tells of it, or writing has failed: see
   * `failure()`. Call it at the boundaries of steps. Never rejects.
   */
  sync(): Promise<void>;
  /** Gives up what is still queued, as if writing had failed with `error`: for a disk that never answers. */
  abandon(error: Error): void;
  /** Syncs, closes and lets the session go to other writers. Never rejects. */
  close(): Promise<void>;
}
