/** Recorded output of an agent in, events out: the same way as in a run, without the run. */
import {
  EVENT_VERSION,
  type EventBody,
  type EventHead,
  eventOf,
  type OneshotEvent,
  type RawSpan,
  type Source,
} from '../event.ts';
import type {EndFacts, Executor, Installation} from './executor.ts';
import {runFinished} from './outcome.ts';
import {type AgentEvent, AgentOutput} from './output.ts';

export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface Recording {
  executor: Executor;
  /** `adapter` names the generation where the executor has several. */
  installation: Installation;
  stdout: Chunks;
  stderr: Chunks;
  end: EndFacts;
  /** Largest frame held in memory, bytes. */
  maxFrameBytes: number;
}

/**
 * The events of one run, the last one its `run_finished`. Events of stderr come after those of stdout, since a recording
 * does not tell when they came.
 */
export async function* normalizeRecording(recording: Recording): AsyncGenerator<OneshotEvent> {
  const {executor, installation, end, maxFrameBytes} = recording;
  const normalizer = executor.normalizer(installation, {startedAtMs: null, structured: true});
  const output = new AgentOutput(normalizer, {maxFrameBytes});
  const stamp = stamper();
  for (const stream of ['stdout', 'stderr'] as const) {
    for await (const chunk of recording[stream]) yield* agentEvents(output.feed(stream, chunk), stamp);
    yield* agentEvents(output.endOf(stream), stamp);
  }
  yield* agentEvents(output.end(), stamp);
  const {hasTerminalEvent} = executor;
  yield stamp(runFinished(normalizer.facts(), end, {hasTerminalEvent}), 'runner', null);
}

type Stamp = (body: EventBody, source: Source, raw: RawSpan | null) => OneshotEvent;

/** Numbers from 1; a recording has no time and no session. */
function stamper(): Stamp {
  let seq = 0;
  return (body, source, raw) => {
    const head: EventHead = {
      v: EVENT_VERSION,
      seq: ++seq,
      at: 0,
      session: '-',
      iteration: 1,
      role: 'worker',
      source,
    };
    return eventOf(head, body, raw);
  };
}

function agentEvents(events: AgentEvent[], stamp: Stamp): OneshotEvent[] {
  return events.map(({body, raw}) => stamp(body, 'agent', raw));
}
