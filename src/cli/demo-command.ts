/** `oneshot demo`: the real loop, transport, recording and views on a scripted agent that really writes a file. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {OneshotError} from '../error.ts';
import {agentEnvironment} from '../executor/environment.ts';
import {DEFAULT_MAX_FRAME_BYTES} from '../frame/frame.ts';
import {demoAgents} from '../loop/demo.ts';
import {DEFAULT_MAX_ITERATIONS} from '../loop/options.ts';
import {EXIT} from './exit-code.ts';
import type {DemoOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {runLoop} from './run-command.ts';

const TASK = 'Write a haiku about tests to haiku.txt: three lines.';

export async function demoCommand(options: DemoOptions, io: Io): Promise<number> {
  const cwd = await mkdtemp(join(tmpdir(), 'oneshot-demo-'));
  const session = {
    ...options,
    cwd,
    env: agentEnvironment(io.env, {}),
    maxFrameBytes: DEFAULT_MAX_FRAME_BYTES,
    agentOutput: true,
  };
  const demo = {
    task: TASK,
    agents: demoAgents(io.companion('demo-agent')),
    maxIterations: DEFAULT_MAX_ITERATIONS,
  };
  let isOver = false;
  try {
    const code = await runLoop(io, session, demo);
    isOver = code === EXIT.ok;
    return code;
  } catch (error) {
    isOver = !(error instanceof OneshotError && error.code === 'RECORDING_FAILED');
    throw error;
  } finally {
    // A session that was interrupted, or ran out of disk, can be resumed there.
    if (isOver) await rm(cwd, {recursive: true, force: true});
  }
}
