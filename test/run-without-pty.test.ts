import {expect, it, vi} from 'vitest';
import {run} from '../src/run.ts';
import {claudeSays, createWorld, scripted} from './support/session.ts';

vi.mock('../src/transport/openpty.ts', () => ({openPty: async () => ({unavailable: 'none is left'})}));

it('where no PTY can be had, a run goes through a pipe and says so once', async () => {
  const world = await createWorld({runs: [claudeSays('done')]});
  const request = {
    agent: scripted('claude'),
    prompt: 'x',
    iteration: 1,
    role: 'worker',
    resume: null,
  } as const;
  expect(await run(world.context, request)).toMatchObject({outcome: 'completed', text: 'done'});
  expect(world.events().filter(({type}) => type === 'run_started')).toMatchObject([{transport: 'pipe'}]);
  expect(world.events().filter((event) => event.type === 'note')).toMatchObject([
    {level: 'warning', code: 'TRANSPORT_FALLBACK', text: expect.stringContaining('none is left')},
  ]);
  await world.remove();
});
