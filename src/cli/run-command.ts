/** `oneshot "task"`: the loop. stdout is the last worker's final text and a newline, or the event log under `--json`. */
import {loop} from '../loop/loop.ts';
import {stripControl} from '../text.ts';
import {chooseAgents, type SessionAgents} from './agents.ts';
import {agentEnvironment} from './environment.ts';
import {exitCodeOfSession} from './exit-code.ts';
import type {RunOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {print} from './output.ts';
import {readPrompt} from './prompt.ts';
import {inSession, type SessionOptions} from './session.ts';
import {VERSION} from './version.ts';
import {requireFolder} from './working-directory.ts';

export async function runCommand(options: RunOptions, io: Io): Promise<number> {
  const task = await readPrompt(options.prompt, io);
  await requireFolder(options.cwd);
  const env = agentEnvironment(io.env, options.env);
  const agents = await chooseAgents(options, env);
  return runLoop(
    io,
    {...options, env, agentOutput: true},
    {task, agents, maxIterations: options.maxIterations},
  );
}

export interface LoopedTask {
  task: string;
  agents: SessionAgents;
  maxIterations: number;
}

/** Runs the loop in a session of its own; returns the exit code. */
export async function runLoop(io: Io, options: SessionOptions, looped: LoopedTask): Promise<number> {
  const {task, agents, maxIterations} = looped;
  const {worker, auditor, notes} = agents;
  const {result, signal, dir} = await inSession(io, options, async ({context, log, signals}) => {
    const result = await loop(context, {
      task,
      worker,
      auditor,
      maxIterations,
      oneshotVersion: VERSION,
      notes,
    });
    return {result, signal: signals.received(), dir: log.dir};
  });
  if (options.verbosity !== 'quiet') io.stderr.write(`recorded in ${dir}\n`);
  const {text} = result.finished;
  if (!options.json && text !== null) await print(io, asLines(io.stdout.isTTY ? stripControl(text) : text));
  return exitCodeOfSession(result, {audit: auditor !== null, signal});
}

/** A plain program's words end in a line end of their own. */
function asLines(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
