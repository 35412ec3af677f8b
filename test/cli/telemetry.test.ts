import {spawnSync} from 'node:child_process';
import {appendFileSync, mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import * as api from '@opentelemetry/api';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {openTelemetry, type TelemetryHost} from '../../src/cli/telemetry.ts';
import {type Clock, systemClock} from '../../src/clock.ts';
import {eventsOf, VERIFIED_SESSION} from '../session/logs.ts';
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

const host = (clock: Clock = systemClock): TelemetryHost => ({io: {env: {}, clock}, warn() {}});

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

  it('exports each session of a batch as a trace of its own, and says once that there is no SDK', async () => {
    const tasks = join(place.work, 'tasks.jsonl');
    const line = {task: 'x', executor: 'command', audit: false, agentArgs: ['true']};
    for (const cwd of ['one', 'two']) {
      mkdirSync(join(place.work, cwd));
      appendFileSync(tasks, `${JSON.stringify({...line, cwd})}\n`);
    }
    const {lines} = exportedBy(['batch', tasks, '--otel', '--concurrency', '2']);
    const ids = lines.filter(({isRoot}) => isRoot).map(({attributes}) => attributes['oneshot.session.id']);
    expect(ids.toSorted()).toEqual(place.sessions().toSorted());
    expect(ids).toHaveLength(2);
    const {code, stderr} = await place.run(['batch', tasks, '--otel', '--fresh']);
    expect(code).toBe(0);
    expect(stderr.split('no OpenTelemetry SDK')).toHaveLength(2);
  });

  it.each([
    ['is not installed', 'ERR_MODULE_NOT_FOUND', 'is not installed beside oneshot'],
    ['cannot be loaded', 'ERR_INVALID_PACKAGE_CONFIG', 'cannot be loaded: because'],
  ])('says what to do where the package %s', async (_, code, message) => {
    const load = async () => {
      throw Object.assign(new Error('because'), {code});
    };
    await expect(openTelemetry(host(), load)).rejects.toMatchObject({
      code: 'OTEL_UNAVAILABLE',
      message: expect.stringContaining(message),
      nextStep: expect.stringContaining('npm install @opentelemetry/api'),
    });
  });

  it('ends the export, and not the session, when the SDK fails', async () => {
    let spans = 0;
    api.trace.setGlobalTracerProvider({
      getTracer: () => ({
        startSpan() {
          spans++;
          throw new Error('out of order');
        },
        startActiveSpan() {},
      }),
    } as unknown as api.TracerProvider);
    const said: string[] = [];
    const {view, finish} = await openTelemetry({...host(), warn: (line) => said.push(line)});
    for (const event of eventsOf(VERIFIED_SESSION)) view(event);
    await finish();
    expect(spans).toBe(1);
    expect(said.at(-1)).toContain('nothing more is exported: out of order');
  });

  it('does not wait for ever for an exporter', async () => {
    const clock = new ManualClock();
    const never = {
      getTracer: () => new api.ProxyTracerProvider().getTracer('x'),
      forceFlush: () => new Promise<void>(() => {}),
    };
    api.trace.setGlobalTracerProvider(never);
    const {finish} = await openTelemetry(host(clock));
    const finished = finish();
    clock.advance(5_000);
    await finished;
  });
});
