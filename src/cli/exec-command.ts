/**
 * `oneshot exec -- CMD`: any program on the same spine, recorded, without clocks and without an audit. Its stdout and
 * stderr become ours, byte for byte, copied from the recording; under `--json` stdout is the event log instead.
 */
import type {EventBody, RunFinished, SessionFinished} from '../event.ts';
import {execEnvironment} from '../executor/environment.ts';
import {requireProgram} from '../executor/program-check.ts';
import {executorByName} from '../executor/registry.ts';
import {requireFolder} from '../loop/working-directory.ts';
import {type AgentChoice, run, shownOn} from '../run.ts';
import {VERSION} from '../version.ts';
import {exitCodeOfProgram} from './exit-code.ts';
import type {ExecOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {inSession, type Session} from './session.ts';

export async function execCommand(options: ExecOptions, io: Io): Promise<number> {
  await requireFolder(options.cwd);
  const stdoutIsTerminal = io.stdout.isTTY === true && !options.json;
  const env = execEnvironment(io.env, options.env, {stdoutIsTerminal});
  await requireProgram(options.argv[0]!, {cwd: options.cwd, env});
  const executor = executorByName('command');
  const installation = await executor.locate(env, options.argv);
  const agent: AgentChoice = {
    executor,
    installation,
    model: null,
    permissionMode: 'agent',
    agentArgs: options.argv,
  };
  const {exitCode, dir} = await inSession(io, {...options, env, agentOutput: false}, async (session) => {
    if (!options.json) passThrough(session);
    const finished = await runOnce(session, agent, options);
    return {
      exitCode: exitCodeOfProgram(finished, {received: session.signals.received()}),
      dir: session.log.dir,
    };
  });
  // The program's stderr stays as it is where another program may read it.
  const tell = options.verbosity === 'normal' ? io.stderr.isTTY : options.verbosity !== 'quiet';
  if (tell) io.stderr.write(`recorded in ${dir}\n`);
  return exitCode;
}

/** The program's output, as it is recorded, to our streams; also what makes no event yet for want of a line end. */
function passThrough({log, copy}: Session): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const follower = copy(log.rawPath(ITERATION, 'worker', stream), stream);
    log.onWritten(() => follower.poke());
  }
}

const ITERATION = 1;

async function runOnce(
  {context, log}: Session,
  agent: AgentChoice,
  {cwd, stdin}: ExecOptions,
): Promise<RunFinished> {
  const record = (body: EventBody) => log.append({body, iteration: 0, role: null, source: 'runner'});
  record({
    type: 'session_started',
    task: null,
    cwd,
    maxIterations: 1,
    audit: false,
    worker: null,
    auditor: null,
    fallback: null,
    rules: null,
    oneshotVersion: VERSION,
    nodeVersion: process.versions.node,
    platform: process.platform,
    ...shownOn(context),
  });
  try {
    const request = {agent, prompt: null, iteration: ITERATION, role: 'worker', resume: null} as const;
    const finished = await run(context, {...request, inheritStdin: stdin});
    record(endOf(finished));
    return finished;
  } catch (error) {
    record({type: 'session_finished', ending: 'failed', reason: String(error), text: null, iterations: 1});
    throw error;
  }
}

function endOf({outcome, reason, text}: RunFinished): SessionFinished {
  const ending = outcome === 'completed' ? 'unverified' : outcome === 'canceled' ? 'interrupted' : 'failed';
  return {type: 'session_finished', ending, reason, text, iterations: 1};
}
