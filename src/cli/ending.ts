/** The end of a session, told to those who asked for it: last of all, when nothing can change it any more. */
import {ENDING_VERSION, type EndingReport} from '../notify/ending.ts';
import type {NotifyOptions} from '../notify/options.ts';
import type {SessionLog} from '../session/log.ts';
import {emptyState, fold, type SessionState} from '../session/state.ts';
import {stripControl} from '../text.ts';
import {problemLine} from '../view/problem.ts';
import type {Verbosity} from '../view/transcript.ts';
import type {Io} from './io.ts';
import {type SessionHost, toStderr} from './session.ts';
import {catchSignals} from './signals.ts';

/** Follows a session while it is recorded, so that its end can be told: as the log has it, without secrets. */
export class EndingWatch {
  /** Of its own: whoever goes on with the session folds into the other. */
  readonly #state: SessionState;
  #dir = '';
  /** null: nothing of this oneshot's is in the log. */
  #beganAt: number | null = null;

  /** `before`: what the log of a resumed session adds up to. */
  constructor(before: SessionState | null) {
    this.#state = before ? structuredClone(before) : emptyState();
  }

  see(log: SessionLog): void {
    this.#dir = log.dir;
    log.addView((event) => {
      fold(this.#state, event);
      if (event.type === 'session_started' || event.type === 'session_resumed') this.#beganAt = event.at;
    });
  }

  /** null: the log has no end, or one that was there before. */
  report(exitCode: number): EndingReport | null {
    const {finished, id, task, usage, cwd, startedAt, lastAt} = this.#state;
    if (!finished || this.#beganAt === null) return null;
    const {ending, reason, text, iterations} = finished;
    return {
      v: ENDING_VERSION,
      session: id,
      task,
      ending,
      reason,
      text,
      iterations,
      exitCode,
      costUsd: usage.costUsd,
      durationMs: lastAt - this.#beganAt,
      cwd,
      dir: this.#dir,
      startedAt,
      endedAt: lastAt,
    };
  }
}

/** How the end of a session is told. */
export interface Telling {
  notify: NotifyOptions;
  verbosity: Verbosity;
  /** See `SessionOptions`. */
  shared?: SessionHost;
}

/**
 * Settles when all have been told. A signal meanwhile ends the telling and nothing else; where several sessions share a
 * process, the second one does. Never rejects.
 */
export async function tellEnding(io: Io, report: EndingReport, telling: Telling): Promise<void> {
  const {notify: options, verbosity, shared} = telling;
  if (options.onEnd.length === 0 && options.notifyUrl === null) return;
  const {notify} = await import('../notify/notify.ts');
  const {env, cwd, clock} = io;
  const own = shared ? null : catchSignals(io.signals, clock);
  const {stop, kill} = own ?? {stop: shared!.signals.kill, kill: shared!.signals.kill};
  const {say, warn} = shared ?? toStderr(io);
  const lines = new LineWriter(verbosity === 'quiet' ? () => {} : say);
  await notify(report, options, {
    env,
    cwd,
    clock,
    stop,
    kill,
    onOutput: (text) => lines.write(text),
    onProblem(problem) {
      lines.end();
      warn(problemLine('NOT_NOTIFIED', problem, 'The session is not touched by it.'));
    },
  });
  lines.end();
  own?.release();
}

/** Cuts text into lines, without control sequences. */
class LineWriter {
  readonly #say: (line: string) => void;
  #open = '';

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  write(text: string): void {
    const lines = (this.#open + text).split('\n');
    this.#open = lines.pop()!;
    for (const line of lines) this.#say(stripControl(line));
  }

  end(): void {
    if (this.#open !== '') this.write('\n');
  }
}
