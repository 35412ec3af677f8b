/** `oneshot "task"`: the loop. stdout is the last worker's final text and a newline, or the event log under `--json`. */
import type {LoopRules} from '../event.ts';
import {loop} from '../loop/loop.ts';
import type {LoopResult, PromptHeaders} from '../loop/options.ts';
import type {RunContext} from '../run.ts';
import {newSessionId} from '../session/id.ts';
import type {SessionLog} from '../session/log.ts';
import {isJudged} from '../session/state.ts';
import {stripControl} from '../text.ts';
import {chooseAgents, type SessionAgents, withKeysRedacted} from './agents.ts';
import {agentEnvironment} from './environment.ts';
import {exitCodeOfSession} from './exit-code.ts';
import type {RunOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {print} from './output.ts';
import {readPrompt} from './prompt.ts';
import {readRules} from './rules.ts';
import {inSession, openNew, type Session, type SessionHost, type SessionOptions} from './session.ts';
import {VERSION} from './version.ts';
import {requireFolder} from './working-directory.ts';
import {takeWorkplace, tellWorktree} from './workplace.ts';

/** `session`: id of the new session. @default a new one */
export interface HostedRun extends RunOptions {
  session?: string;
  shared?: SessionHost;
}

export async function runCommand(options: HostedRun, io: Io): Promise<number> {
  const task = await readPrompt(options.prompt, io);
  const rules = await readRules(options.rules);
  await requireFolder(options.cwd);
  const env = agentEnvironment(io.env, options.env);
  const agents = await chooseAgents(options, env);
  const session = options.session ?? newSessionId(io.clock.now());
  const place = await takeWorkplace(io, {...options, session, env});
  agents.notes.unshift(...options.notes, ...place.notes);
  try {
    const {maxIterations, promptHeaders} = options;
    return await runLoop(
      io,
      {...options, cwd: place.cwd, env, agentOutput: true},
      {task, agents, maxIterations, promptHeaders, rules},
      () => openNew(io, session),
    );
  } finally {
    tellWorktree(io, options, await place.leave());
  }
}

export interface LoopedTask {
  task: string;
  agents: SessionAgents;
  maxIterations: number;
  /** @default none */
  promptHeaders?: PromptHeaders;
  /** @default DEFAULT_RULES */
  rules?: LoopRules;
}

/** Runs the loop in a session of its own; returns the exit code. `open`: @default a new session */
export function runLoop(
  io: Io,
  options: SessionOptions,
  looped: LoopedTask,
  open?: () => Promise<SessionLog>,
): Promise<number> {
  const {agents, ...asked} = looped;
  const judged = isJudged({audit: agents.auditor !== null, rules: looped.rules ?? null});
  const request = {...asked, ...agents, oneshotVersion: VERSION};
  const safe = withKeysRedacted(options, agents);
  return endOfLoop(io, safe, judged, (context) => loop(context, request), open);
}

/** Does `work` in a session, prints what it ends with, and returns the exit code. `open`: @default a new session */
export async function endOfLoop(
  io: Io,
  options: SessionOptions,
  judged: boolean,
  work: (context: RunContext) => Promise<LoopResult>,
  open?: () => Promise<SessionLog>,
): Promise<number> {
  const inIt = async ({context, log, signals}: Session) => {
    const result = await work(context);
    return {result, signal: signals.received(), dir: log.dir};
  };
  const {result, signal, dir} = await inSession(io, options, inIt, open);
  if (options.shared) return exitCodeOfSession(result, {judged, signal});
  if (options.verbosity !== 'quiet') io.stderr.write(`recorded in ${dir}\n`);
  const {text} = result.finished;
  if (!options.json && text !== null) await print(io, asLines(io.stdout.isTTY ? stripControl(text) : text));
  return exitCodeOfSession(result, {judged, signal});
}

/** A plain program's words end in a line end of their own. */
function asLines(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
