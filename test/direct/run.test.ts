/** One run of the direct program as it is built: its process, its recording and its outcome. */
import {dirname, join} from 'node:path';
import {afterEach, describe, expect, it} from 'vitest';
import {NO_ACTIVITY} from '../../src/activity/options.ts';
import {direct} from '../../src/executor/direct.ts';
import {type AgentChoice, type RunContext, run} from '../../src/run.ts';
import {builtProgram} from '../cli/built.ts';
import {
  answer,
  type ChatServer,
  drops,
  finish,
  hangs,
  type Reply,
  refuses,
  startChatServer,
  streams,
  word,
} from '../support/chat-server.ts';
import {createWorld, type World} from '../support/session.ts';

let server: ChatServer;
let world: World;

afterEach(async () => {
  await server.close();
  await world.remove();
});

async function runAgainst(reply: Reply, more: {args?: string[]; context?: Partial<RunContext>} = {}) {
  server = await startChatServer(reply);
  world = await createWorld({runs: []});
  const program = [process.execPath, join(dirname(builtProgram()), 'direct.js')] as const;
  const agent: AgentChoice = {
    executor: direct,
    installation: {executor: 'direct', adapter: 'direct', program, version: null},
    model: 'small',
    permissionMode: 'read',
    agentArgs: ['--endpoint', server.endpoint, ...(more.args ?? [])],
  };
  const request = {agent, prompt: 'do it', iteration: 1, role: 'worker', resume: null} as const;
  return run({...world.context, ...more.context}, request);
}

describe('a run of the direct program', () => {
  it.each(['pty', 'pipe', 'buffered'] as const)(
    'is completed with all of the answer, on %s',
    async (transport) => {
      const words = Array.from({length: 500}, (_, index) => `${index} ${'é'.repeat(200)}\n`);
      const finished = await runAgainst(streams(answer(...words)), {context: {transport}});
      expect(finished).toMatchObject({outcome: 'completed', exitCode: 0, agentSession: 'chat-1'});
      expect(finished.text).toBe(words.join(''));
    },
  );

  it.each<[string, Reply, string, string | null]>([
    ['refused', refuses(404, {error: {message: 'model not found'}}), 'HTTP 404: model not found', null],
    ['broken off', drops(word('half')), 'the answer broke off: ', 'half'],
    [
      'cut off',
      streams(word('half') + finish('length')),
      'limit of its tokens (finish_reason length)',
      'half',
    ],
  ])('that is %s has failed, and what was said is kept', async (_name, reply, reason, text) => {
    expect(await runAgainst(reply)).toMatchObject({
      outcome: 'failed',
      exitCode: 1,
      reason: expect.stringContaining(reason),
      text,
    });
  });

  it('takes further arguments', async () => {
    const args = ['--max-retries=0', '--body={"temperature":0}'];
    expect(await runAgainst(refuses(503, 'busy'), {args})).toMatchObject({reason: 'HTTP 503: busy'});
    expect(server.requests).toMatchObject([{body: {temperature: 0, model: 'small'}}]);
  });

  it('that says nothing more is stalled, and what was said is kept', async () => {
    const activity = {...NO_ACTIVITY, limits: {...NO_ACTIVITY.limits, idleMs: 300, intervalMs: 100}};
    const finished = await runAgainst(hangs(word('half')), {context: {activity}});
    expect(finished).toMatchObject({outcome: 'stalled', text: 'half'});
  });
});
