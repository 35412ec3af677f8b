/**
 * Claude's `task_*` frames: sub-agents and long or background commands, reported on the tool call that started them. The end
 * of a call is its `tool_result`; only where that has come before (a command in the background) or never will (a sub-agent's
 * own sub-agents, whose calls are not told) is the end of the task the end of the call.
 */
import type {EventBody, ToolStatus} from '../event.ts';
import {type Json, text} from '../fields.ts';

/** `untold`: announced here, since no `tool_use` has told of the call. */
type CallState = 'open' | 'untold' | 'over';

export class ClaudeTasks {
  readonly #calls = new Map<string, CallState>();

  /** A `tool_use` tells of the call. False when it has been announced before. */
  announce(toolCallId: string): boolean {
    const isNew = !this.#calls.has(toolCallId);
    this.#calls.set(toolCallId, 'open');
    return isNew;
  }

  /** A `tool_result` ends the call. */
  end(toolCallId: string): void {
    this.#calls.set(toolCallId, 'over');
  }

  events(frame: Json): EventBody[] {
    const toolCallId = text(frame.tool_use_id);
    // `task_updated` names no tool call; the `task_notification` behind it tells the same.
    if (toolCallId === null) return [];
    // The `tool_use` of a sub-agent's call may come a moment later.
    if (frame.subtype === 'task_started' && !this.#calls.has(toolCallId)) return [];
    const isEnd = frame.subtype === 'task_notification' && this.#calls.get(toolCallId) !== 'open';
    if (!this.#calls.has(toolCallId)) {
      const announced = this.#announceUntold(toolCallId, frame);
      return isEnd ? [announced, this.#taskEnd(toolCallId, frame)] : [announced];
    }
    return [
      isEnd
        ? this.#taskEnd(toolCallId, frame)
        : {type: 'tool_call_update', toolCallId, status: 'in_progress'},
    ];
  }

  #announceUntold(toolCallId: string, frame: Json): EventBody {
    this.#calls.set(toolCallId, 'untold');
    const description = text(frame.description) ?? text(frame.summary) ?? '';
    return {
      type: 'tool_call',
      toolCallId,
      title: `Task ${description}`.trim(),
      toolName: 'Task',
      kind: 'think',
      status: 'in_progress',
      locations: [],
      rawInput: null,
      parentToolCallId: null,
    };
  }

  #taskEnd(toolCallId: string, frame: Json): EventBody {
    this.#calls.set(toolCallId, 'over');
    const status: ToolStatus = frame.status === 'completed' ? 'completed' : 'failed';
    const words = [text(frame.status), text(frame.summary)].filter(Boolean).join(': ');
    return {type: 'tool_call_update', toolCallId, status, content: [{type: 'text', text: words}]};
  }
}
