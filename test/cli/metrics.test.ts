import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {OneshotEvent} from '../../src/event.ts';
import {Place, parseLines} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

type Metrics = OneshotEvent & {type: 'run_metrics'};

const SAYS = ['--', process.execPath, '-e', 'console.log("a\\nb"); console.error("c")'];

async function execMetrics(args: string[], env: Record<string, string> = {}): Promise<Metrics[]> {
  const {stdout, code} = await place.run(['exec', '--json', ...args, ...SAYS], {env});
  expect(code).toBe(0);
  return parseLines(stdout).filter((event): event is Metrics => event.type === 'run_metrics');
}

describe('oneshot --metrics', () => {
  it('puts the figures of each run into the log, and a variable does the same', async () => {
    expect(await execMetrics([])).toEqual([]);
    const asked = [await execMetrics(['--metrics']), await execMetrics([], {ONESHOT_METRICS: '1'})];
    for (const found of asked) {
      expect(found).toMatchObject([{bytes: {stdout: 4, stderr: 2}, frames: 3, events: 3, role: 'worker'}]);
    }
    expect(await execMetrics(['--no-metrics'], {ONESHOT_METRICS: '1'})).toEqual([]);
  });

  it('is shown as a table, or as part of the JSON', async () => {
    await execMetrics(['--metrics']);
    const {stdout, stderr} = await place.run(['show', '--metrics']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ITER {2}ROLE .* LOOP P99\n1 +worker +\d.* 4 +2 .*\n$/);
    const {iterations} = JSON.parse((await place.run(['show', '--metrics', '--json'])).stdout);
    expect(iterations[0].runs[0].metrics).toMatchObject({bytes: {stdout: 4, stderr: 2}, events: 3});
  });

  it('of the demo are those of all its runs, auditors included', async () => {
    const {code} = await place.run(['demo', '--metrics', '--quiet']);
    expect(code).toBe(0);
    const lines = (await place.run(['show', '--metrics'])).stdout.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(5);
    expect(lines.map((line) => line.split(/ +/)[1])).toEqual(expect.arrayContaining(['worker', 'auditor']));
  });

  it('says how to measure where nothing was', async () => {
    await execMetrics([]);
    expect(await place.run(['show', '--metrics'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'nothing was measured in this session; --metrics or ONESHOT_METRICS=1 measures a run\n',
    });
    expect(await place.run(['show', '--metrics', '--events'])).toMatchObject({code: 2});
  });
});
