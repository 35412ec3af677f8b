/** What an agent says → what its normalizer makes of it. */
import type {EventBody} from '../../src/event.ts';
import type {AgentFacts, Normalizer} from '../../src/executor/executor.ts';
import {AgentOutput} from '../../src/executor/output.ts';

/** A line of output: JSON, or plain text. */
export type Line = Record<string, unknown> | string;

export function bytesOf(lines: Line[]): Buffer {
  return Buffer.from(
    lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
  );
}

export interface Made {
  bodies: EventBody[];
  facts: AgentFacts;
}

export function say(normalizer: Normalizer, stdout: Line[], stderr: Line[] = []): Made {
  const output = new AgentOutput(normalizer, {maxFrameBytes: 1024 * 1024});
  const events = [
    ...output.feed('stdout', bytesOf(stdout)),
    ...output.feed('stderr', bytesOf(stderr)),
    ...output.end(),
  ];
  return {bodies: events.map(({body}) => body), facts: normalizer.facts()};
}

/** The text of all chunks of one kind, joined. */
export function wordsOf(bodies: EventBody[], type: 'agent_message_chunk' | 'agent_thought_chunk'): string {
  return bodies.map((body) => (body.type === type ? body.content.text : '')).join('');
}
