/** Runs the demo agent by the installed package and prints what came of it, as JSON. */
import {decode, listSessions, loop, OneshotError, openSession, run} from '@oneshot-cli/oneshot';
import {createDecoder} from '@oneshot-cli/oneshot/core';
import {eventSchema} from '@oneshot-cli/oneshot/event-schema';
import {telemetryView} from '@oneshot-cli/oneshot/telemetry';
import * as api from '@opentelemetry/api';

const spans = new Set<string>();
const tracer: api.Tracer = {
  startSpan(name) {
    if (!name.startsWith('execute_tool ')) spans.add(name);
    return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT);
  },
  startActiveSpan() {
    throw new Error('the view has no use for it');
  },
};
const telemetry = telemetryView(api, {tracer});

const task = loop({task: 'a haiku', worker: 'demo', metrics: true});
let events = 0;
let invalid = 0;
let transport: string | null = null;
for await (const event of task) {
  events++;
  telemetry.view(event);
  if (event.type === 'run_started') transport = event.transport;
  if (!eventSchema.safeParse(event).success) invalid++;
}
telemetry.end();
const {ending, session} = await task.result;
const report = await (await openSession('last')).report();
const {sessions} = await listSessions();
const {value: frame} = await decode([`{"a":1}\n`]).next();
const error: unknown = await run({agent: 'command', prompt: 'x'}).result.catch((thrown: unknown) => thrown);

const found = {
  ending,
  transport,
  invalid,
  counted: events === report.events,
  listed: sessions.some(({id}) => id === session.id),
  frame: frame ? frame.kind : null,
  core: createDecoder().feed(new TextEncoder().encode('{"a":1}\n')).length,
  measured: report.iterations.every(({runs}) => runs.every(({metrics}) => metrics !== null)),
  traced: [...spans].toSorted(),
  code: error instanceof OneshotError ? error.code : null,
};
console.log(JSON.stringify(found));
