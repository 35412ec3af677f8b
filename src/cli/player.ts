/** A recorded session on stdout, complete and at the reader's pace: as people see it, or as its log. */
import type {LoggedEvent} from '../session/follow.ts';
import {isReaderGone, written} from '../view/follow.ts';
import {wantsColor} from '../view/style.ts';
import {createTerminalView, type StatusTimes, type TerminalView} from '../view/terminal.ts';
import type {OutputOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {outputFailed} from './output.ts';

export interface PlayerOptions extends OutputOptions {
  /** What the status line counts by; null for no status line. */
  times: StatusTimes | null;
  /** Once it is aborted no reader is waited for. */
  signal: AbortSignal;
}

export interface Player {
  /** False once the reader is gone. @throws OneshotError OUTPUT_FAILED */
  show(logged: LoggedEvent): Promise<boolean>;
  /** Ends the last line. @throws OneshotError OUTPUT_FAILED */
  finish(): Promise<void>;
}

export async function openPlayer(io: Io, options: PlayerOptions): Promise<Player> {
  const output = new PacedOutput(io, options.signal);
  if (options.json) {
    return {
      show({line}) {
        io.stdout.write(Buffer.concat([line, NEWLINE]));
        return output.hasRoom();
      },
      finish: () => output.flush(),
    };
  }
  const {view, finish} = await openView(io, options);
  return {
    show({event}) {
      view(event);
      return output.hasRoom();
    },
    finish() {
      finish();
      return output.flush();
    },
  };
}

const NEWLINE = Buffer.from('\n');

function openView(io: Io, {verbosity, times}: PlayerOptions): Promise<TerminalView> {
  const {env, stdout, clock} = io;
  const isTerminal = stdout.isTTY === true;
  const live = isTerminal && env.TERM !== 'dumb' && verbosity !== 'quiet' && times !== null;
  const color = wantsColor(env, isTerminal);
  return createTerminalView({
    out: stdout,
    color,
    live,
    clock,
    verbosity,
    agentOutput: true,
    ...(times && {times}),
  });
}

/** Waits for the reader of stdout, for output that others write there. */
class PacedOutput {
  readonly #io: Io;
  readonly #stopped: Promise<void>;
  #failure: Error | null = null;

  constructor(io: Io, signal: AbortSignal) {
    this.#io = io;
    this.#stopped = new Promise((settle) => signal.addEventListener('abort', () => settle()));
    io.stdout.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  /** Waits while much is untaken. False once the reader is gone. */
  async hasRoom(): Promise<boolean> {
    if (this.#io.stdout.writableNeedDrain) await this.flush();
    return this.#failure === null;
  }

  async flush(): Promise<void> {
    if (!this.#failure) {
      const taken = written(this.#io.stdout, '').catch((error: Error) => {
        this.#failure ??= error;
      });
      await Promise.race([taken, this.#stopped]);
    }
    if (this.#failure && !isReaderGone(this.#failure)) throw outputFailed(this.#failure);
  }
}
