/** A run and what watches over it: the judge on real processes, the sweep, the guard, the agent's own files. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, it} from 'vitest';
import {type ActivityOptions, DEFAULT_ACTIVITY, NO_ACTIVITY} from '../../src/activity/options.ts';
import type {OneshotEvent} from '../../src/event.ts';
import {executorByName} from '../../src/executor/registry.ts';
import {type AgentChoice, type RunContext, type RunRequest, run} from '../../src/run.ts';
import type {Guard} from '../../src/transport/guard.ts';
import type {ProcessTable} from '../../src/transport/process-table.ts';
import {ManualClock} from '../support/manual-clock.ts';
import {
  claudeSays,
  createWorld,
  program,
  scripted,
  until,
  type World,
  type WorldOptions,
} from '../support/session.ts';
import {isRunning} from '../transport/start.ts';

let world: World;
afterEach(() => world.remove());

async function go(options: WorldOptions & {agent?: AgentChoice}, more: Partial<RunContext> = {}) {
  world = await createWorld(options);
  const request: RunRequest = {
    agent: options.agent ?? scripted('claude'),
    prompt: 'do the task',
    iteration: 1,
    role: 'worker',
    resume: null,
  };
  // In an object, so that awaiting this waits for the world alone.
  return {finished: run({...world.context, ...more}, request)};
}

const all = <T extends OneshotEvent['type']>(type: T) =>
  world.events().filter((event): event is Extract<OneshotEvent, {type: T}> => event.type === type);

const activity = (more: Partial<ActivityOptions> = {}): ActivityOptions => ({...DEFAULT_ACTIVITY, ...more});

const [INIT] = claudeSays('') as [Record<string, unknown>];

/** Advances the clock until the run is over: signals and sweeps wait on it. */
async function finish<T>(clock: ManualClock, finished: Promise<T>): Promise<T> {
  let isOver = false;
  void finished.finally(() => {
    isOver = true;
  });
  await until(() => {
    clock.advance(50);
    return isOver;
  });
  return finished;
}

describe('an agent that says nothing', () => {
  it('is stopped by the initial clock', async () => {
    const clock = new ManualClock();
    const {finished} = await go({runs: [[INIT, {untilSignal: true}]], clock}, {activity: activity()});
    await until(() => all('agent_session').length > 0);
    clock.advance(300_000);
    expect(await finish(clock, finished)).toMatchObject({
      outcome: 'stalled',
      reason: expect.stringContaining('initial limit 300 s'),
    });
    expect(all('stop_requested')).toMatchObject([{cause: 'clock', clock: 'initial'}]);
    expect(all('signal_sent')[0]?.reason).toBe(all('stop_requested')[0]?.reason);
  });

  it('goes on while a tool call is in progress', async () => {
    const clock = new ManualClock();
    const use = {type: 'tool_use', id: 't1', name: 'Bash', input: {command: 'sleep 999'}};
    const message = {id: 'm1', role: 'assistant', model: 'm', content: [use]};
    const script = [
      INIT,
      {json: {type: 'assistant', message, parent_tool_use_id: null}},
      {untilSignal: true},
    ];
    const {finished} = await go({runs: [script], clock}, {activity: activity({monitor: ['output']})});
    await until(() => all('tool_call').length > 0);
    clock.advance(1_799_000);
    await until(() => all('timeout_extended').length > 0);
    expect(all('timeout_extended')[0]?.reason).toContain('sleep 999');
    expect(all('stop_requested')).toEqual([]);
    clock.advance(1_000);
    expect(await finish(clock, finished)).toMatchObject({outcome: 'stalled'});
    expect(all('stop_requested')).toMatchObject([{clock: 'tool'}]);
  });

  it('is alive while its processes work', async () => {
    const seen: string[] = [];
    const {finished} = await go(
      {runs: [[]], agent: program('sh', '-c', 'while :; do :; done')},
      {
        activity: activity({
          monitor: ['processes'],
          pollMs: 600,
          onEvidence: ({kind, what}) => seen.push(`${kind}: ${what}`),
        }),
      },
    );
    await until(() => seen.length > 0);
    expect(seen[0]).toMatch(/^processes: process \d+ \(sh -c while.*\) used \d+ % of a core$/);
    world.stop.abort({outcome: 'canceled', reason: 'enough'});
    expect(await finished).toMatchObject({outcome: 'canceled'});
    expect(all('evidence')[0]).toMatchObject({kind: 'processes', source: 'runner'});
  });

  it('is alive while its files change', async () => {
    const {finished} = await go(
      {
        runs: [[{json: {type: 'task_started', taskId: '1700000000000'}}, {untilSignal: true}]],
        agent: scripted('cline-2'),
      },
      {activity: activity({monitor: ['files'], pollMs: 20})},
    );
    const folder = join(world.home, '.cline/data/tasks/1700000000000');
    mkdirSync(folder, {recursive: true});
    let writes = 0;
    await until(() => {
      writeFileSync(join(folder, 'ui_messages.json'), 'x'.repeat(++writes));
      return all('evidence').length > 0;
    });
    expect(all('evidence')[0]).toMatchObject({
      kind: 'files',
      source: 'file',
      what: expect.stringContaining('ui_messages'),
    });
    world.stop.abort({outcome: 'canceled', reason: 'enough'});
    await finished;
  });

  it('waits for a person, when its files say so', async () => {
    const clock = new ManualClock();
    const {finished} = await go(
      {
        runs: [[{json: {type: 'task_started', taskId: '1700000000000'}}, {untilSignal: true}]],
        agent: scripted('cline-2'),
        clock,
      },
      {activity: activity()},
    );
    const folder = join(world.home, '.cline/data/tasks/1700000000000');
    mkdirSync(folder, {recursive: true});
    const question = {ts: Date.now(), type: 'ask', ask: 'followup', text: '{"question":"Which one?"}'};
    writeFileSync(join(folder, 'ui_messages.json'), JSON.stringify([question]));
    await until(() => all('agent_session').length > 0);
    clock.advance(300_000);
    expect(await finish(clock, finished)).toMatchObject({
      outcome: 'stalled',
      reason: expect.stringContaining('Which one?'),
    });
    expect(all('agent_ask')).toMatchObject([{source: 'file', text: 'Which one?'}]);
    expect(all('stop_requested')).toMatchObject([{cause: 'ask'}]);
  });

  it('has arriving bytes where they are decoded at the end', async () => {
    const clock = new ManualClock();
    const agent = program('sh', '-c', 'echo hello; exec sleep 60');
    const seen: string[] = [];
    const onEvidence = ({what}: {what: string}) => seen.push(what);
    const {finished} = await go(
      {runs: [[]], agent, clock, transport: 'buffered'},
      {activity: activity({onEvidence})},
    );
    await until(() => {
      clock.advance(30_000);
      return seen.includes('6 bytes');
    });
    clock.advance(150_000);
    expect(await finish(clock, finished)).toMatchObject({outcome: 'stalled', text: 'hello\n'});
  });

  it('shows life in the pieces of a tool call that is still being written', async () => {
    const seen: string[] = [];
    const delta = {
      type: 'content_block_delta',
      index: 0,
      delta: {type: 'input_json_delta', partial_json: '{"a'},
    };
    const stream = {json: {type: 'stream_event', event: delta, parent_tool_use_id: null}};
    const {finished} = await go(
      {runs: [[INIT, stream, ...claudeSays('done').slice(1)]]},
      {activity: activity({onEvidence: ({what}) => seen.push(what)})},
    );
    await finished;
    expect(seen).toContain('a piece of an answer');
  });
});

describe('a program without clocks', () => {
  it('may be silent for ever, and is not looked at', async () => {
    const clock = new ManualClock();
    const agent = program('sh', '-c', 'echo ready; exec sleep 60');
    const {finished} = await go({runs: [[]], agent, clock}, {activity: NO_ACTIVITY});
    await until(() => all('agent_message_chunk').length > 0);
    clock.advance(100 * 3_600_000);
    expect(all('stop_requested')).toEqual([]);
    world.stop.abort({outcome: 'canceled', reason: 'enough'});
    expect(await finish(clock, finished)).toMatchObject({outcome: 'canceled'});
    expect(all('stop_requested')).toMatchObject([{lastEvidence: {files: null, processes: null}}]);
  });
});

describe('a reason to stop while it is being stopped', () => {
  it('is not told', async () => {
    const clock = new ManualClock();
    const {finished} = await go(
      {runs: [[{ignore: ['SIGINT']}, INIT, {untilSignal: true}]], clock},
      {activity: activity({limits: {...DEFAULT_ACTIVITY.limits, initialMs: 1_000, idleMs: 1_000}})},
    );
    await until(() => all('agent_session').length > 0);
    world.stop.abort({outcome: 'canceled', reason: 'SIGINT'});
    await until(() => all('signal_sent').length > 0);
    clock.advance(1_000);
    expect(await finish(clock, finished)).toMatchObject({outcome: 'canceled'});
    expect(all('stop_requested')).toMatchObject([{cause: 'cancel'}]);
  });
});

describe('what an agent leaves running', () => {
  const leaves = [{leave: ['sleep', '600']}, ...claudeSays('done')];

  it('is ended and told of', async () => {
    const {finished} = await go({runs: [leaves]});
    expect(await finished).toMatchObject({outcome: 'completed'});
    const [swept] = all('processes_swept');
    expect(swept).toMatchObject({ended: [{command: 'sleep 600'}], survivors: [], kept: []});
    // Once it is waited for by whom it was left to.
    await until(() => !isRunning(swept!.ended[0]!.pid));
  });

  it('is spared where the user wants it and the run has completed', async () => {
    const {finished} = await go({runs: [leaves]}, {keepProcesses: true});
    await finished;
    const [kept] = all('processes_swept')[0]!.kept;
    expect(kept).toMatchObject({command: 'sleep 600'});
    expect(isRunning(kept!.pid)).toBe(true);
    process.kill(kept!.pid);
  });

  it('is ended all the same when the run has failed', async () => {
    const {finished} = await go({runs: [[{leave: ['sleep', '600']}, {exit: 3}]]}, {keepProcesses: true});
    await finished;
    expect(all('processes_swept')).toMatchObject([{ended: [{command: 'sleep 600'}]}]);
  });

  it('is not told of where there is nothing', async () => {
    const {finished} = await go({runs: [claudeSays('done')]});
    await finished;
    expect(all('processes_swept')).toEqual([]);
  });
});

describe('where the system', () => {
  it('does not tell of its processes, the run says so', async () => {
    const processes: ProcessTable = {
      list: () => Promise.reject(new Error('no /proc')),
      describe: async () => [],
      withVariable: async () => new Set(),
    };
    const {finished} = await go({runs: [claudeSays('done')]}, {processes});
    expect(await finished).toMatchObject({outcome: 'completed'});
    expect(all('note')).toMatchObject([
      {code: 'EVIDENCE_SOURCE_FAILED', text: expect.stringContaining('processes: no /proc')},
      {code: 'SWEEP_FAILED', level: 'warning', text: expect.stringContaining('no /proc')},
    ]);
  });

  it('has no list of its processes, the run does without', async () => {
    const {finished} = await go({runs: [claudeSays('done')]}, {processes: null});
    expect(await finished).toMatchObject({outcome: 'completed'});
    expect(all('note')).toEqual([]);
  });
});

describe('a guard', () => {
  it('watches from before the start until everything is swept', async () => {
    const told: string[] = [];
    const guard: Guard = {
      unavailable: null,
      watch: ({mark}) => {
        told.push(mark.replace(/[0-9a-f]{16}$/, ''));
        return {started: (pid) => told.push(typeof pid), ended: () => told.push('ended')};
      },
      close: () => {},
    };
    const {finished} = await go({runs: [claudeSays('done')]}, {guard});
    await finished;
    expect(told).toEqual(['ONESHOT_RUN_', 'number', 'ended']);
  });

  it('is let go when the agent cannot be started', async () => {
    const told: string[] = [];
    const guard: Guard = {
      unavailable: 'no room',
      watch: () => ({started: () => told.push('started'), ended: () => told.push('ended')}),
      close: () => {},
    };
    const {finished} = await go({runs: [[]], agent: program('/no/such/program')}, {guard});
    await expect(finished).rejects.toMatchObject({code: 'AGENT_NOT_FOUND'});
    expect(told).toEqual(['ended']);
  });

  it('that there is not is told of', async () => {
    const guard: Guard = {
      unavailable: 'no room',
      watch: () => ({started: () => {}, ended: () => {}}),
      close: () => {},
    };
    const {finished} = await go({runs: [claudeSays('done')]}, {guard});
    await finished;
    expect(all('note')).toMatchObject([{code: 'NO_GUARD', text: expect.stringContaining('no room')}]);
  });
});

describe("an end that only the agent's files tell", () => {
  const recovering = (end: Awaited<ReturnType<AgentChoice['executor']['recover']>>): AgentChoice => {
    const executor = {...executorByName('claude'), recover: async () => end};
    return {...scripted('claude'), executor};
  };

  it('is reported as recovered', async () => {
    const agent = recovering({text: 'All done.', agentSession: 'other', path: '/files/x.jsonl'});
    const {finished} = await go({runs: [[INIT, {exit: 1}]], agent});
    expect(await finished).toMatchObject({
      outcome: 'completed',
      recovered: true,
      text: 'All done.',
      agentSession: 'claude-session',
      exitCode: 1,
      reason: expect.stringMatching(/^the agent had finished, as its own file \/files\/x.jsonl tells/),
    });
  });

  it('names the session where the output did not', async () => {
    const agent = recovering({text: 'All done.', agentSession: 'other', path: '/files/x.jsonl'});
    const {finished} = await go({runs: [[{exit: 1}]], agent});
    expect(await finished).toMatchObject({agentSession: 'other'});
  });

  it('is not looked for where the agent itself says how it ended', async () => {
    const agent = recovering({text: 'All done.', agentSession: null, path: 'x'});
    const {finished} = await go({runs: [claudeSays('no', {is_error: true})], agent});
    expect(await finished).toMatchObject({outcome: 'failed'});
  });
});
