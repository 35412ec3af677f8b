/** Evidence from the files in which an agent keeps its state. */
import type {Clock} from '../clock.ts';
import {messageOf} from '../error.ts';
import {backgroundClock} from './background-clock.ts';
import type {EvidenceSource, Findings} from './evidence.ts';
import {DEFAULT_POLL_MS, type FileChange, Monitor} from './monitor.ts';
import {neverTwice, poll} from './poller.ts';

/** A look that takes longer is not waited for, ms: a network may be away. */
const MAX_LOOK_MS = 2_000;

export interface FilesSourceOptions {
  /** The file or folder to watch, as far as it is known now. Asked again at each poll, since it may change. */
  locate: () => Promise<string | null>;
  /** @default 5_000 */
  pollMs?: number;
  clock?: Clock;
}

export class FilesSource implements EvidenceSource {
  readonly kind = 'files';
  readonly #locate: () => Promise<string | null>;
  readonly #pollMs: number;
  readonly #clock: Clock;
  #path: string | null = null;
  #monitor: Monitor | null = null;
  #startedAtMs = 0;
  #findings: Findings | null = null;
  #unpoll: (() => void) | null = null;

  constructor({locate, pollMs = DEFAULT_POLL_MS, clock = backgroundClock}: FilesSourceOptions) {
    this.#locate = locate;
    this.#pollMs = pollMs;
    this.#clock = clock;
  }

  start(findings: Findings): void {
    this.#findings = findings;
    this.#startedAtMs = this.#clock.now();
    this.#unpoll = poll(this.#clock, this.#pollMs, this.#follow);
    void this.#follow();
  }

  look(): Promise<void> {
    const work = this.#follow().then(() => this.#monitor?.look());
    return new Promise((resolve) => {
      const cancel = this.#clock.after(MAX_LOOK_MS, resolve);
      void work.then(() => {
        cancel();
        resolve();
      });
    });
  }

  stop(): void {
    this.#findings = null;
    this.#unpoll?.();
    this.#monitor?.stop();
    this.#monitor = null;
  }

  /** Goes where the files are now. */
  readonly #follow = neverTwice(async () => {
    if (this.#findings === null) return;
    try {
      const path = await this.#locate();
      if (path !== null && path !== this.#path) this.#watch(path);
    } catch (error) {
      this.#fail(error);
    }
  });

  #watch(path: string): void {
    if (this.#findings === null) return;
    this.#monitor?.stop();
    this.#path = path;
    this.#monitor = new Monitor(path, (changes) => this.#findings?.alive(described(changes)), {
      pollMs: this.#pollMs,
      clock: this.#clock,
      // What the agent wrote before its files were found.
      sinceMs: this.#startedAtMs,
      onProblem: (problem) => this.#fail(problem),
    });
  }

  #fail(error: unknown): void {
    const findings = this.#findings;
    this.stop();
    findings?.failed(messageOf(error));
  }
}

/** What tells least: the folder itself, and the passing name under which an agent writes before it gives a file its own. */
const VAGUE = /^\.$|\.tmp(\.|$)/;

function described(changes: FileChange[]): string {
  const {path, kind} = changes.find((change) => !VAGUE.test(change.path)) ?? changes[0]!;
  const more = changes.length > 1 ? ` and ${changes.length - 1} more` : '';
  return `${path === '.' ? 'the folder' : path} ${kind}${more}`;
}
