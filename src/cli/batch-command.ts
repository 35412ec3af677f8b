/**
 * `oneshot batch FILE`: many tasks, each in a session of its own, some at once. stdout is a table of what came of them, or
 * with `--json` one line for each task as it ends. Run again, it goes on where it was broken off.
 */
import {setMaxListeners} from 'node:events';
import {realpath} from 'node:fs/promises';
import {join} from 'node:path';
import {OneshotError} from '../error.ts';
import {digest, type Journal, openJournal} from '../queue/journal.ts';
import {pool} from '../queue/pool.ts';
import {newSessionId} from '../session/id.ts';
import {stateDir} from '../session/state-dir.ts';
import {BatchView} from '../view/batch.ts';
import {batchTable} from '../view/batch-table.ts';
import {wantsColor} from '../view/style.ts';
import {type LeftWorktree, leftWorktreeText} from '../worktree/left.ts';
import {readBatch} from './batch-file.ts';
import {type BatchTask, type BatchWork, former, requireOwnWorktrees} from './batch-plan.ts';
import {type BatchResult, resultOfError, resultOfSession} from './batch-result.ts';
import {EXIT, exitCodeOfSignal, worstExitCode} from './exit-code.ts';
import type {BatchOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {print} from './output.ts';
import {processLookup} from './processes.ts';
import {readBytes, readStream} from './prompt.ts';
import {resumeCommand} from './resume-command.ts';
import {type HostedRun, runCommand} from './run-command.ts';
import {type SessionHost, shareHost} from './session.ts';

export async function batchCommand(options: BatchOptions, io: Io): Promise<number> {
  const {path, fresh} = options;
  const bytes = await (path === null ? readStream(io.stdin) : readBytes(path));
  const {tasks, bad} = tasksOf(bytes, options);
  const name = path === null ? `content ${digest(bytes)}` : await realpath(path);
  const {clock} = io;
  const state = stateDir(io.env);
  const journal = await openJournal({stateDir: state, name, fresh, clock, processes: processLookup()});
  try {
    const works = await Promise.all(tasks.map((task) => former(task, journal, {io, options})));
    await requireOwnWorktrees(works, options);
    return await new Batch(io, options, journal, {works, bad}).run();
  } finally {
    journal.close();
  }
}

function tasksOf(bytes: Buffer, options: BatchOptions): {tasks: BatchTask[]; bad: BatchResult[]} {
  const lines = readBatch(bytes, options.path ?? join(options.cwd, 'stdin'));
  if (lines.length === 0) {
    const nextStep = 'Write one object a line: {"task": "fix the failing test"}.';
    throw new OneshotError('EMPTY_PROMPT', `there is no task in ${options.path ?? 'stdin'}`, nextStep);
  }
  const tasks: BatchTask[] = [];
  const bad: BatchResult[] = [];
  for (const line of lines) {
    try {
      if ('error' in line) throw line.error;
      tasks.push({...line, options: options.taskOf(line)});
    } catch (error) {
      if (!(error instanceof OneshotError)) throw error;
      bad.push(resultOfError(line, error));
    }
  }
  return {tasks, bad};
}

class Batch {
  readonly #io: Io;
  readonly #options: BatchOptions;
  readonly #journal: Journal;
  readonly #works: readonly BatchWork[];
  readonly #bad: readonly BatchResult[];
  readonly #sessions: string;
  readonly #results: BatchResult[] = [];
  /** Aborted when stdout takes nothing more. */
  readonly #broken = new AbortController();
  #view!: BatchView;

  constructor(
    io: Io,
    options: BatchOptions,
    journal: Journal,
    {works, bad}: {works: readonly BatchWork[]; bad: readonly BatchResult[]},
  ) {
    this.#io = io;
    this.#options = options;
    this.#journal = journal;
    this.#works = works;
    this.#bad = bad;
    this.#sessions = join(stateDir(io.env), 'sessions');
  }

  async run(): Promise<number> {
    const {concurrency} = this.#options;
    this.#view = await this.#openView();
    const host = shareHost(this.#io);
    const stop = AbortSignal.any([host.signals.stop, this.#broken.signal]);
    setMaxListeners(0, stop);
    const shared = {...host, signals: {...host.signals, stop}};
    let failure: unknown = null;
    try {
      for (const result of this.#bad) await this.#take(result, null);
      const working = pool(this.#works, {concurrency, stop}, (work) => this.#do(work, shared));
      for await (const {work, result} of working) {
        await this.#take(result, work).catch((error) => {
          failure ??= error;
          this.#broken.abort({outcome: 'canceled', reason: 'the output could not be written'});
        });
      }
    } finally {
      this.#view.finish();
      host.leave();
    }
    if (failure) throw failure;
    return this.#end(host.signals.received());
  }

  #openView(): Promise<BatchView> {
    const {stdout, stderr, env, clock} = this.#io;
    const {json, verbosity} = this.#options;
    const isTerminal = stderr.isTTY === true;
    const isShared = json && stdout.isTTY === true;
    return BatchView.create({
      out: stderr,
      color: wantsColor(env, isTerminal),
      live: isTerminal && env.TERM !== 'dumb' && verbosity !== 'quiet' && !isShared,
      clock,
      verbosity,
      total: this.#works.length + this.#bad.length,
    });
  }

  async #do(work: BatchWork, host: Pick<SessionHost, 'guard' | 'signals'>) {
    let worktree: LeftWorktree | null = null;
    const {task} = work;
    const shared: SessionHost = {
      ...host,
      openTerminal: async (redact) => this.#view.open({...task, task: redact(task.task)}),
      worktreeLeft(left) {
        worktree = left;
      },
      say: (line) => this.#view.say(task, line),
      warn: (line) => this.#view.warn(task, line),
    };
    const session = work.do === 'run' ? newSessionId(this.#io.clock.now()) : work.session;
    const {exitCode, error} = await this.#session(work, session, shared);
    const before =
      work.do === 'tell' || (error instanceof OneshotError && error.code === 'NOTHING_TO_RESUME');
    const ended = {
      sessions: this.#sessions,
      session,
      error: before ? null : error,
      exitCode,
      signal: host.signals.received(),
      worktree,
      before,
    };
    const result = await resultOfSession(task, ended).catch((unread) => resultOfError(task, unread));
    return {work, result};
  }

  /** `error`: what was thrown, or null. `exitCode` null: a former run came to it. */
  async #session({do: what, task}: BatchWork, session: string, shared: SessionHost) {
    const options = {...task.options, json: false, shared, session};
    try {
      return {exitCode: await this.#run({what, task, options}), error: null};
    } catch (error: unknown) {
      return {exitCode: null, error};
    }
  }

  #run({
    what,
    task,
    options,
  }: {
    what: BatchWork['do'];
    task: BatchTask;
    options: HostedRun & {session: string};
  }) {
    switch (what) {
      case 'tell':
        return null;
      case 'run':
        this.#journal.add(task.key, options.session);
        return runCommand(options, this.#io);
      case 'resume': {
        const {takeover} = this.#options;
        return resumeCommand({...options, instructions: null, takeover}, this.#io);
      }
    }
  }

  async #take(result: BatchResult, work: BatchWork | null): Promise<void> {
    this.#results.push(result);
    const {line, id, ending, exitCode, error, before} = result;
    this.#view.ended(work?.task ?? {line, id, task: ''}, {
      ...result,
      ending: ending ?? (error?.code === 'BATCH_LINE_INVALID' ? 'no task' : 'error'),
      isGood: exitCode === EXIT.ok,
      why: before ? 'from a former run' : error && `${error.message}. ${error.nextStep}`,
    });
    if (result.worktree) this.#view.say(work!.task, leftWorktreeText(result.worktree));
    if (this.#options.json) await print(this.#io, `${JSON.stringify(result)}\n`);
  }

  async #end(signal: NodeJS.Signals | null): Promise<number> {
    const {json, verbosity} = this.#options;
    const results = this.#results.toSorted((one, other) => one.line - other.line);
    const table = `${batchTable(results).join('\n')}\n`;
    if (!json) await print(this.#io, table);
    else if (verbosity !== 'quiet') this.#io.stderr.write(table);
    if (verbosity !== 'quiet') this.#io.stderr.write(`${this.#view.counts()}${this.#left()}\n`);
    const worst = worstExitCode(results.map(({exitCode}) => exitCode));
    return signal === null ? worst : exitCodeOfSignal(signal);
  }

  #left(): string {
    const notStarted = this.#works.length + this.#bad.length - this.#results.length;
    const before = this.#results.filter((result) => result.before).length;
    const said = [
      before > 0 ? `${before} from a former run; --fresh begins anew` : '',
      notStarted > 0 ? `${notStarted} not begun; the same command goes on` : '',
    ].filter((part) => part !== '');
    return said.length === 0 ? '' : ` (${said.join('; ')})`;
  }
}
