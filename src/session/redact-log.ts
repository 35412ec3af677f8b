import type {EventDraft, Role, StreamName} from '../event.ts';
import type {SessionLog, View} from './log.ts';
import {createRedactor, type Redactor} from './redact.ts';
import type {Variables} from './redact-secrets.ts';

/** What has a log and may have a redactor. */
export interface Redactable {
  log: SessionLog;
  env: Variables;
  /** null: nothing is redacted. @default one for the secrets in `env` */
  redactor?: Redactor | null;
}

/** The same with its redactor settled, and what oneshot itself says redacted before it is logged. */
export function redacting<T extends Redactable>(context: T): T & {redactor: Redactor | null} {
  const {env, redactor = createRedactor({environments: [env]})} = context;
  return {...context, redactor, log: redactor ? redactedLog(context.log, redactor) : context.log};
}

/** `log`, with every event redacted that is not the agent's own: those come from bytes that are redacted already. */
export function redactedLog(log: SessionLog, redactor: Redactor): SessionLog {
  return log instanceof RedactedLog && log.redactor === redactor ? log : new RedactedLog(log, redactor);
}

class RedactedLog implements SessionLog {
  readonly redactor: Redactor;
  readonly #log: SessionLog;

  constructor(log: SessionLog, redactor: Redactor) {
    this.#log = log;
    this.redactor = redactor;
  }

  get id(): string {
    return this.#log.id;
  }

  get dir(): string {
    return this.#log.dir;
  }

  get eventsPath(): string {
    return this.#log.eventsPath;
  }

  append(draft: EventDraft): void {
    const {body, source} = draft;
    this.#log.append(source === 'agent' ? draft : {...draft, body: this.redactor.body(body)});
  }

  appendRaw(iteration: number, role: Role, stream: StreamName, bytes: Uint8Array): number {
    return this.#log.appendRaw(iteration, role, stream, bytes);
  }

  atOnce(work: () => void): void {
    this.#log.atOnce(work);
  }

  rawSize(iteration: number, role: Role, stream: StreamName): number {
    return this.#log.rawSize(iteration, role, stream);
  }

  rawPath(iteration: number, role: Role, stream: StreamName): string {
    return this.#log.rawPath(iteration, role, stream);
  }

  addView(view: View): () => void {
    return this.#log.addView(view);
  }

  onWritten(callback: () => void): () => void {
    return this.#log.onWritten(callback);
  }

  backlogBytes(): number {
    return this.#log.backlogBytes();
  }

  failure(): Error | null {
    return this.#log.failure();
  }

  onFailure(callback: (error: Error) => void): () => void {
    return this.#log.onFailure(callback);
  }

  whenBacklogBelow(bytes: number, callback: () => void): void {
    this.#log.whenBacklogBelow(bytes, callback);
  }

  flush(): Promise<void> {
    return this.#log.flush();
  }

  sync(): Promise<void> {
    return this.#log.sync();
  }

  abandon(error: Error): void {
    this.#log.abandon(error);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}
