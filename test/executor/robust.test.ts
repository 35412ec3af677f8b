/** Nothing an agent says is an exception: recordings with fields changed at random, and JSON of any shape. */
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {eventSchema} from '../../src/event-schema.ts';
import type {Installation} from '../../src/executor/executor.ts';
import {eventsOf, type RecordedCase, recordedCases} from './recordings.ts';

const cases = recordedCases().filter(({installation}) => installation.executor !== 'command');
const adapters: Installation[] = [
  {executor: 'claude', adapter: 'claude', program: ['claude'], version: null},
  {executor: 'cline', adapter: 'cline-2', program: ['cline'], version: null},
  {executor: 'cline', adapter: 'cline-3', program: ['cline'], version: null},
  {executor: 'direct', adapter: 'direct', program: ['direct'], version: null},
];

/** Ends with a well-formed `run_finished`, every event valid by the schema, numbered without a gap. */
async function expectEvents(recorded: RecordedCase): Promise<void> {
  const events = await eventsOf(recorded);
  expect(events.at(-1)?.type).toBe('run_finished');
  for (const [index, event] of events.entries()) {
    expect(event.seq).toBe(index + 1);
    eventSchema.parse(JSON.parse(JSON.stringify(event)));
  }
}

describe('whatever an agent says', () => {
  it('a recording with a value replaced anywhere still makes events', async () => {
    const places = cases.flatMap((recorded) =>
      linesOf(recorded).map((line, index) => ({recorded, line, index})),
    );
    const replacement = fc.oneof(
      fc.jsonValue({maxDepth: 1}),
      fc.constantFrom([{}], [[]], {message: {}}, [null]),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.nat(),
        replacement,
        async ({recorded, line, index}, path, value) => {
          const lines = linesOf(recorded);
          lines[index] = JSON.stringify(replaced(JSON.parse(line), path, value));
          await expectEvents({...recorded, stdout: Buffer.from(lines.join('\n'))});
        },
      ),
      {numRuns: 400, seed: 7},
    );
  });

  it('JSON of any shape makes events', async () => {
    const known = fc.constantFrom(
      'system',
      'assistant',
      'user',
      'result',
      'stream_event',
      'say',
      'ask',
      'agent_event',
      'run_result',
      'error',
      'retry',
      'end',
      'x',
    );
    const frame = fc.record(
      {
        type: known,
        subtype: fc.constantFrom('init', 'task_progress', 'api_retry'),
        say: fc.constantFrom('tool', 'text', 'error_retry'),
        ask: fc.constantFrom('followup', 'tool'),
        event: fc.jsonValue(),
        message: fc.jsonValue(),
        text: fc.jsonValue(),
        update: fc.jsonValue(),
      },
      {requiredKeys: []},
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...adapters),
        fc.array(frame, {maxLength: 5}),
        async (installation, frames) => {
          const stdout = Buffer.from(frames.map((one) => JSON.stringify(one)).join('\n'));
          await expectEvents({...cases[0]!, installation, stdout, stderr: stdout});
        },
      ),
      {numRuns: 400, seed: 7},
    );
  });
});

function linesOf({stdout}: RecordedCase): string[] {
  return stdout
    .toString()
    .split(/\r?\n/)
    .filter((line) => line.startsWith('{'));
}

/** `value` in place of one of the values in `json`, which one is said by `path`. */
function replaced(json: unknown, path: number, value: unknown): unknown {
  if (typeof json !== 'object' || json === null) return value;
  const keys = Object.keys(json);
  const choice = path % (keys.length + 1);
  const key = keys[choice];
  if (key === undefined) return value;
  const child = (json as Record<string, unknown>)[key];
  const changed = replaced(child, Math.floor(path / (keys.length + 1)), value);
  return Array.isArray(json) ? json.with(choice, changed) : {...json, [key]: changed};
}
