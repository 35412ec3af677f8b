/** Which events of an agent show that it gets on. */
import type {EventBody, ToolCallUpdate, Unparsed} from '../event.ts';
import {oneLine} from '../text.ts';

const MAX_WHAT_CHARS = 80;

/** Follows the agent's events: what is progress, and which tool calls are open. */
export class Progress {
  /** Titles of the tool calls in progress by id, the newest last. */
  readonly #openTools = new Map<string, string>();
  readonly #titles = new Map<string, string>();

  /** What the event shows, for a person; null where it is no progress: heartbeats, counts, noise. */
  see(body: EventBody): string | null {
    switch (body.type) {
      case 'agent_message_chunk':
        return 'text';
      case 'agent_thought_chunk':
        return 'a thought';
      case 'user_message_chunk':
        return 'a message to the agent';
      case 'tool_call':
        this.#titles.set(body.toolCallId, shortened(body.title));
        this.#follow(body.toolCallId, body.status);
        return `tool call ${shortened(body.title)}`;
      case 'tool_call_update':
        return this.#update(body);
      case 'plan':
        return 'a plan';
      case 'agent_retry':
        return 'an announced retry';
      case 'agent_ask':
        return 'a question';
      case 'unparsed':
        return isHeartbeat(body) ? null : 'an unknown event';
      default:
        return null;
    }
  }

  /** Title of the newest tool call in progress, or null. */
  openTool(): string | null {
    return [...this.#openTools.values()].at(-1) ?? null;
  }

  /** Repeating that a call is in progress is no progress. */
  #update({toolCallId, status, content, title, rawInput}: ToolCallUpdate): string | null {
    const wasOpen = this.#openTools.has(toolCallId);
    if (title !== undefined) this.#titles.set(toolCallId, shortened(title));
    if (status !== undefined) this.#follow(toolCallId, status);
    const isNews = status === 'in_progress' ? !wasOpen : status !== undefined;
    if (!isNews && content === undefined && title === undefined && rawInput === undefined) return null;
    const name = `tool call ${this.#titles.get(toolCallId) ?? toolCallId}`;
    return status === 'completed' || status === 'failed' ? `${name} ${status}` : name;
  }

  #follow(toolCallId: string, status: ToolCallUpdate['status']): void {
    if (status === 'in_progress') {
      this.#openTools.set(toolCallId, this.#titles.get(toolCallId) ?? toolCallId);
    } else this.#openTools.delete(toolCallId);
  }
}

/** What agents call the frames that say nothing but that they are there. */
const HEARTBEAT = /heart_?beat|ping|keep_?alive|tick|status/i;

/** Lines that are no JSON are noise; unknown JSON is something that a newer agent says. */
function isHeartbeat({reason, value}: Unparsed): boolean {
  if (reason === 'oversized') return false;
  if (reason === 'text') return true;
  const {type, subtype} = (value ?? {}) as {type?: unknown; subtype?: unknown};
  return HEARTBEAT.test(`${String(type)} ${String(subtype)}`);
}

function shortened(title: string): string {
  return oneLine(title, MAX_WHAT_CHARS);
}
