/** `oneshot "task"`: the loop. stdout is the last worker's final text and a newline, or the event log under `--json`. */
import type {LoopRules} from '../event.ts';
import {agentEnvironment} from '../executor/environment.ts';
import {chooseAgents, type SessionAgents} from '../loop/agents.ts';
import {keyVariablesOf} from '../loop/key-variables.ts';
import {loop} from '../loop/loop.ts';
import type {LoopResult, PromptHeaders} from '../loop/options.ts';
import type {PromptTemplates} from '../loop/prompts/templates.ts';
import {requireFolder} from '../loop/working-directory.ts';
import {takeWorkplace} from '../loop/workplace.ts';
import type {NotifyOptions} from '../notify/options.ts';
import type {RunContext} from '../run.ts';
import {newSessionId} from '../session/id.ts';
import type {SessionLog} from '../session/log.ts';
import {isJudged, type SessionState} from '../session/state.ts';
import {stripControl} from '../text.ts';
import {VERSION} from '../version.ts';
import {EndingWatch, tellEnding} from './ending.ts';
import {exitCodeOfError, exitCodeOfSession} from './exit-code.ts';
import type {RunOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {asLines, print} from './output.ts';
import {readPrompt} from './prompt.ts';
import {readTemplates} from './prompt-templates.ts';
import {readRules} from './rules.ts';
import {inSession, openNew, type Session, type SessionHost, type SessionOptions} from './session.ts';
import {tellWorktree, workplaceOf} from './workplace.ts';

/** `session`: id of the new session. @default a new one */
export interface HostedRun extends RunOptions {
  session?: string;
  shared?: SessionHost;
}

export async function runCommand(options: HostedRun, io: Io): Promise<number> {
  const task = await readPrompt(options.prompt, io);
  const rules = await readRules(options.rules);
  const {templates, notes} = await readTemplates(options.templates);
  await requireFolder(options.cwd);
  const env = agentEnvironment(io.env, options.env);
  const agents = await chooseAgents(options, env);
  const session = options.session ?? newSessionId(io.clock.now());
  const place = await takeWorkplace({...options, session, env}, workplaceOf(io));
  agents.notes.unshift(...options.notes, ...notes, ...place.notes);
  const {maxIterations, promptHeaders} = options;
  return runLoop(
    io,
    {...options, cwd: place.cwd, env, agentOutput: true},
    {task, agents, maxIterations, promptHeaders, templates, rules},
    {
      open: () => openNew(io, session),
      leave: async () => tellWorktree(io, options, await place.leave()),
    },
  );
}

export interface LoopedTask {
  task: string;
  agents: SessionAgents;
  maxIterations: number;
  /** @default none */
  promptHeaders?: PromptHeaders;
  /** @default DEFAULT_RULES */
  rules?: LoopRules;
  /** @default those that are built in */
  templates?: PromptTemplates;
}

export interface LoopedSessionOptions extends SessionOptions {
  notify: NotifyOptions;
}

/** Runs the loop in a session of its own; returns the exit code. */
export function runLoop(
  io: Io,
  options: LoopedSessionOptions,
  looped: LoopedTask,
  around: Surroundings = {},
): Promise<number> {
  const {agents, ...asked} = looped;
  const judged = isJudged({audit: agents.auditor !== null, rules: looped.rules ?? null});
  const request = {...asked, ...agents, oneshotVersion: VERSION};
  const safe = withKeysRedacted(options, agents);
  return endOfLoop(io, safe, judged, (context) => loop(context, request), around);
}

/** The keys of endpoints are secrets, whatever their variables are called. */
export function withKeysRedacted<T extends SessionOptions>(options: T, {worker, auditor}: SessionAgents): T {
  const redactEnv = [...(options.redactEnv ?? []), ...keyVariablesOf([worker, auditor])];
  return {...options, redactEnv};
}

/** What belongs to a session that is looped in. */
export interface Surroundings {
  /** @default a new session */
  open?: () => Promise<SessionLog>;
  /** What the log of a session that is gone on with adds up to. @default null */
  before?: SessionState | null;
  /** Called when the session is over, whatever came of it, and before anybody is told. @default nothing */
  leave?: () => Promise<void>;
}

/** Does `work` in a session, prints what it ends with, tells of the end and returns the exit code. */
export async function endOfLoop(
  io: Io,
  options: LoopedSessionOptions,
  judged: boolean,
  work: (context: RunContext) => Promise<LoopResult>,
  {open, before = null, leave = async () => {}}: Surroundings = {},
): Promise<number> {
  const watch = new EndingWatch(before);
  const tell = async (exitCode: number) => {
    const report = watch.report(exitCode);
    if (report) await tellEnding(io, report, options);
    return exitCode;
  };
  const inIt = async ({context, log, signals}: Session) => {
    watch.see(log);
    const result = await work(context);
    return {result, signal: signals.received(), dir: log.dir};
  };
  const ended = async () => {
    const {result, signal, dir} = await inSession(io, options, inIt, open);
    if (options.shared) return exitCodeOfSession(result, {judged, signal});
    if (options.verbosity !== 'quiet') io.stderr.write(`recorded in ${dir}\n`);
    const {text} = result.finished;
    if (!options.json && text !== null) await print(io, asLines(io.stdout.isTTY ? stripControl(text) : text));
    return exitCodeOfSession(result, {judged, signal});
  };
  const exitCode = await ended()
    .finally(leave)
    .catch(async (error) => {
      await tell(exitCodeOfError(error));
      throw error;
    });
  return tell(exitCode);
}
