import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import * as api from '@opentelemetry/api';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {openTelemetry} from '../../src/cli/telemetry.ts';
import {systemClock} from '../../src/clock.ts';
import {ManualClock} from '../support/manual-clock.ts';
import {Place, PROGRAM} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => {
  api.trace.disable();
  place.remove();
});

const SDK = fileURLToPath(new URL('../fixtures/telemetry/sdk.mjs', import.meta.url));

interface Line {
  span?: string;
  metric?: string;
  attributes: Record<string, unknown>;
  startMs: number;
  isRoot: boolean;
}

/** Runs the program in a process with an SDK, and gives what its exporters got. */
function exportedBy(args: string[], env: Record<string, string> = {}): {stderr: string; lines: Line[]} {
  const spans = join(place.work, 'spans.jsonl');
  const {status, stderr} = spawnSync(process.execPath, ['--import', SDK, PROGRAM, ...args], {
    cwd: place.work,
    env: {...place.env, SPANS: spans, TMPDIR: place.home, ...env},
    encoding: 'utf8',
  });
  expect({status, stderr}).toMatchObject({status: 0});
  const lines = readFileSync(spans, 'utf8').trimEnd().split('\n');
  return {stderr, lines: lines.map((line) => JSON.parse(line))};
}

describe('oneshot --otel', () => {
  it('exports the spans and metrics of a real session to the SDK of the process, before it ends', () => {
    const {lines} = exportedBy(['demo', '--otel', '--metrics', '--quiet']);
    const events = place.events();
    const spans = lines.flatMap(({span}) => span ?? []);
    const count = (name: string) => spans.filter((span) => span === name).length;
    expect(count('invoke_workflow oneshot')).toBe(1);
    expect([count('iteration 1'), count('iteration 2')]).toEqual([1, 1]);
    expect(count('invoke_agent claude')).toBe(events.filter(({type}) => type === 'run_started').length);
    const tools = spans.filter((span) => span.startsWith('execute_tool '));
    expect(tools.length).toBeGreaterThan(0);
    expect(tools).toHaveLength(events.filter(({type}) => type === 'tool_call').length);
    const [root, ...others] = lines.filter(({isRoot}) => isRoot);
    expect(others).toEqual([]);
    expect(root).toMatchObject({span: 'invoke_workflow oneshot', startMs: events[0]!.at});
    expect(root!.attributes).toMatchObject({'oneshot.ending': 'verified'});
    expect(JSON.stringify(lines)).not.toContain('haiku');
    const metrics = lines.flatMap(({metric}) => metric ?? []);
    expect(metrics).toEqual(
      expect.arrayContaining([
        'gen_ai.client.operation.duration',
        'gen_ai.client.token.usage',
        'oneshot.stream.bytes',
        'oneshot.stream.latency',
      ]),
    );
  });

  it('can be asked for by a variable, and texts by that of the convention', () => {
    const env = {ONESHOT_OTEL: '1', OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true'};
    const {lines} = exportedBy(['demo', '--quiet'], env);
    expect(JSON.stringify(lines)).toContain('haiku');
  });

  it('says so when nobody has registered an SDK', async () => {
    const {code, stderr} = await place.run(['exec', '--otel', '--', 'true']);
    expect({code, stderr}).toEqual({
      code: 0,
      stderr: '--otel: no OpenTelemetry SDK is registered in this process, so nothing is exported\n',
    });
  });

  it('says what is missing where the package is not installed', async () => {
    const load = async () => {
      throw Object.assign(new Error('Cannot find package'), {code: 'ERR_MODULE_NOT_FOUND'});
    };
    const opened = openTelemetry({env: {}, stderr: process.stderr, clock: systemClock}, load);
    await expect(opened).rejects.toMatchObject({
      code: 'OTEL_UNAVAILABLE',
      nextStep: expect.stringContaining('Install it'),
    });
  });

  it('does not wait for ever for an exporter', async () => {
    const clock = new ManualClock();
    const never = {
      getTracer: () => new api.ProxyTracerProvider().getTracer('x'),
      forceFlush: () => new Promise<void>(() => {}),
    };
    api.trace.setGlobalTracerProvider(never);
    const {finish} = await openTelemetry({env: {}, stderr: process.stderr, clock});
    const finished = finish();
    clock.advance(5_000);
    await finished;
  });
});
