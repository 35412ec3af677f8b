import {statSync} from 'node:fs';
import {afterEach, describe, expect, it} from 'vitest';
import type {OneshotEvent} from '../src/event.ts';
import {type AgentChoice, run} from '../src/run.ts';
import {systemWrite} from '../src/session/append-file.ts';
import {
  claudeSays,
  createWorld,
  program,
  scripted,
  until,
  type World,
  type WorldOptions,
} from './support/session.ts';

let world: World;
afterEach(() => world.remove());

async function measured(options: WorldOptions, agent: AgentChoice, metrics = true) {
  world = await createWorld(options);
  const request = {agent, prompt: 'x', iteration: 1, role: 'worker', resume: null} as const;
  await run({...world.context, metrics}, request).catch(() => {});
  return world
    .events()
    .filter((event): event is OneshotEvent & {type: 'run_metrics'} => event.type === 'run_metrics');
}

const sizeOf = (stream: 'stdout' | 'stderr') => statSync(world.context.log.rawPath(1, 'worker', stream)).size;

describe('the metrics of a run', () => {
  it('are the last thing before its end, and agree with what was recorded', async () => {
    const says = [{stderr: 'warming up\n'}, ...claudeSays('All done.')];
    const [metrics, ...more] = await measured({runs: [says]}, scripted('claude'));
    const events = world.events();
    expect(events.slice(-2).map(({type}) => type)).toEqual(['run_metrics', 'run_finished']);
    expect(more).toEqual([]);
    expect(metrics!.bytes).toEqual({stdout: sizeOf('stdout'), stderr: sizeOf('stderr')});
    const ofAgent = events.filter(({source}) => source === 'agent').length;
    expect(metrics).toMatchObject({frames: 4, events: ofAgent, latencyMs: {count: ofAgent}, role: 'worker'});
    expect(metrics!.chunks).toBeGreaterThanOrEqual(2);
    expect(metrics!.rssBytes.peak).toBeGreaterThanOrEqual(metrics!.rssBytes.end);
  });

  it('are not taken unless they are asked for', async () => {
    expect(await measured({runs: [claudeSays('x')]}, scripted('claude'), false)).toEqual([]);
  });

  it('tell how long reading stood still because the disk was slow', async () => {
    let isSlow = true;
    const slow: WorldOptions['write'] = async (fd, bytes, done) => {
      if (isSlow && bytes.includes('xxx')) {
        await until(() => world.context.log.backlogBytes() > 2 * 1024 * 1024);
        isSlow = false;
      }
      systemWrite(fd, bytes, done);
    };
    const [metrics] = await measured({runs: [[{flood: 8 * 1024 * 1024}]], write: slow}, scripted('command'));
    expect(metrics!.pauses.count).toBeGreaterThan(0);
    expect(metrics!.pauses.totalMs).toBeGreaterThan(0);
    expect(metrics!.bytes.stdout).toBe(sizeOf('stdout'));
  });

  it('are of the run that counts where an agent refuses a flag', async () => {
    const refuses = [{stderr: 'error: unknown option --include-partial-messages\n'}, {exit: 1}];
    const measuredOnes = await measured({runs: [refuses, claudeSays('x')]}, scripted('claude'));
    expect(world.starts()).toHaveLength(2);
    expect(measuredOnes).toHaveLength(1);
    expect(measuredOnes[0]!.bytes.stderr).toBe(0);
  });

  it('are none of a run that was canceled before its start', async () => {
    world = await createWorld({runs: [claudeSays('x')]});
    world.stop.abort({outcome: 'canceled', reason: 'SIGINT'});
    const request = {
      agent: scripted('claude'),
      prompt: 'x',
      iteration: 1,
      role: 'worker',
      resume: null,
    } as const;
    await run({...world.context, metrics: true}, request);
    expect(world.events().map(({type}) => type)).toEqual(['run_finished']);
  });

  it('are none of an agent that is not there', async () => {
    expect(await measured({runs: [[]]}, program('/no/such/program'))).toEqual([]);
  });
});
