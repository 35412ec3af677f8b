import {spawn} from 'node:child_process';
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, it, onTestFinished} from 'vitest';
import type {EventBody, OneshotEvent, RunStarted} from '../../src/event.ts';
import {executorByName} from '../../src/executor/registry.ts';
import {settleLastRun} from '../../src/loop/settle.ts';
import type {AgentChoice, RunContext} from '../../src/run.ts';
import {createRedactor} from '../../src/session/redact.ts';
import {emptyState, fold, type SessionState} from '../../src/session/state.ts';
import {newMark} from '../../src/transport/family.ts';
import {createWorld, scripted, until, type World} from '../support/session.ts';
import {isRunning, onLinux} from '../transport/start.ts';

let world: World;
afterEach(() => world.remove());

/** A session whose oneshot was killed while its worker ran. */
async function killed(mark = newMark()): Promise<SessionState> {
  world = await createWorld({runs: [[]]});
  const state = emptyState();
  const remove = world.context.log.addView((event) => fold(state, event));
  const record = (body: EventBody) =>
    world.context.log.append({body, iteration: 1, role: 'worker', source: 'runner'});
  const started: RunStarted = {
    type: 'run_started',
    executor: 'claude',
    adapter: 'claude',
    agentVersion: null,
    argv: ['claude'],
    cwd: '/',
    pid: 2 ** 22 + 1,
    transport: 'pty',
    transportReason: '',
    model: null,
    permissionMode: 'agent',
    promptDelivery: 'stdin',
    promptBytes: 1,
    resumedAgentSession: null,
    mark,
  };
  record(started);
  record({
    type: 'agent_session',
    agentSession: 'session-1',
    model: null,
    agentVersion: null,
    agentPermissionMode: null,
  });
  await world.context.log.flush();
  remove();
  return state;
}

const settle = (
  state: SessionState,
  more: Partial<RunContext> = {},
  takeover = false,
  agent = scripted('claude'),
) => settleLastRun({...world.context, ...more}, state, {agent, takeover});

const all = <T extends OneshotEvent['type']>(type: T) =>
  world.events().filter((event): event is Extract<OneshotEvent, {type: T}> => event.type === type);

/** A process that carries the mark, as a tool of the run would. */
function leftBehind(mark: string): number {
  const {pid} = spawn('sleep', ['600'], {
    env: {...process.env, [mark]: '1'},
    stdio: 'ignore',
    detached: true,
  });
  onTestFinished(() => {
    if (isRunning(pid!)) process.kill(pid!, 'SIGKILL');
  });
  return pid!;
}

describe('a run without an end', () => {
  it('gets one: nobody knows how it ended', async () => {
    const state = await killed();
    await settle(state);
    expect(all('run_finished')).toMatchObject([
      {outcome: 'truncated', agentSession: 'session-1', iteration: 1, role: 'worker', source: 'runner'},
    ]);
    expect(state.runs.worker?.finished?.outcome).toBe('truncated');
    await settle(state);
    expect(all('run_finished')).toHaveLength(1);
  });

  it('gets the end that its own files tell', async () => {
    const recover = async () => ({text: 'All done.', agentSession: null, path: '/x.jsonl'});
    const agent: AgentChoice = {...scripted('claude'), executor: {...executorByName('claude'), recover}};
    const state = await killed();
    await settle(state, {}, false, agent);
    expect(all('run_finished')).toMatchObject([
      {outcome: 'completed', recovered: true, text: 'All done.', agentSession: 'session-1'},
    ]);
    expect(state.workerText).toBe('All done.');
  });

  it('leaves no secret of its prompt and no spooled output behind', async () => {
    const state = await killed();
    const folder = join(world.context.log.dir, '1');
    mkdirSync(join(folder, 'spool-x'), {recursive: true});
    writeFileSync(join(folder, 'spool-x', 'stdout'), 'correct-horse');
    writeFileSync(join(folder, 'worker.prompt.txt'), 'the key is correct-horse');
    await settle(state, {redactor: createRedactor({environments: [{A_TOKEN: 'correct-horse'}]})});
    expect(readdirSync(folder)).toEqual(['worker.prompt.txt']);
    expect(readFileSync(join(folder, 'worker.prompt.txt'), 'utf8')).toBe('the key is [redacted]***');
  });

  it('is settled where its prompt cannot be masked, which is noted', async () => {
    const state = await killed();
    mkdirSync(join(world.context.log.dir, '1', 'worker.prompt.txt'), {recursive: true});
    await settle(state, {redactor: createRedactor({environments: []})});
    expect(all('note')).toMatchObject([{code: 'REDACT_FAILED'}]);
    expect(all('run_finished')).toHaveLength(1);
  });

  it('is none of a session that has not begun', async () => {
    await killed();
    await settle(emptyState());
    expect(all('run_finished')).toEqual([]);
  });

  it('is settled where the system does not list its processes', async () => {
    const state = await killed();
    await settle(state, {processes: null});
    expect(all('run_finished')).toHaveLength(1);
  });
});

describe.runIf(onLinux)('processes that still run', () => {
  it('are an error that names them', async () => {
    const mark = newMark();
    const state = await killed(mark);
    const pid = leftBehind(mark);
    await expect(settle(state)).rejects.toMatchObject({
      code: 'AGENT_STILL_RUNNING',
      message: expect.stringContaining(String(pid)),
    });
    expect(state.lastRun?.finished).toBeNull();
    expect(isRunning(pid)).toBe(true);
  });

  it('are ended where that is wanted', async () => {
    const mark = newMark();
    const state = await killed(mark);
    const pid = leftBehind(mark);
    await settle(state, {}, true);
    expect(all('processes_swept')).toMatchObject([{ended: [{pid}]}]);
    await until(() => !isRunning(pid));
    expect(all('run_finished')).toHaveLength(1);
  });
});
