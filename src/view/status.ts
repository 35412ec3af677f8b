import {NO_USAGE, type OneshotEvent, type Usage} from '../event.ts';
import {oneLine} from '../text.ts';
import {duration, elapsed, usageParts} from './format.ts';

/** What the status line says: who works, for how long, when it was last heard of, what it has used, what it is at. */
export class Status {
  #startedMs: number;
  #lastActivityMs: number;
  #who = 'starting';
  #usage: Usage = NO_USAGE;
  /** Open tool calls by id, in the order in which they began. */
  readonly #tools = new Map<string, {title: string; startedMs: number}>();

  constructor(nowMs: number) {
    this.#startedMs = nowMs;
    this.#lastActivityMs = nowMs;
  }

  /** `nowMs`: when it happened, monotonic. */
  see(event: OneshotEvent, nowMs: number): void {
    if (event.source === 'agent' || event.type === 'evidence') this.#lastActivityMs = nowMs;
    if (event.type === 'session_started' || event.type === 'session_resumed') this.#startedMs = nowMs;
    if (event.type === 'run_started') {
      this.#who = `${event.role} ${event.executor}`;
      this.#lastActivityMs = nowMs;
      this.#usage = NO_USAGE;
      this.#tools.clear();
    } else if (event.type === 'usage_update') this.#usage = event;
    else if (event.type === 'tool_call') {
      this.#tools.set(event.toolCallId, {title: oneLine(event.title, 60), startedMs: nowMs});
    } else if (event.type === 'tool_call_update') {
      if (event.status === 'completed' || event.status === 'failed') this.#tools.delete(event.toolCallId);
    } else if (event.type === 'run_finished') this.#tools.clear();
  }

  /** One line of at most `columns` characters. */
  line(nowMs: number, columns: number): string {
    const tool = [...this.#tools.values()].at(-1);
    const parts = [
      this.#who,
      elapsed(nowMs - this.#startedMs),
      `last activity ${duration(nowMs - this.#lastActivityMs)} ago`,
      ...usageParts(this.#usage),
      ...(tool ? [`${tool.title} (${duration(nowMs - tool.startedMs)})`] : []),
    ];
    return oneLine(parts.join(' · '), columns);
  }
}
