/** A home folder with a project in it, for tests of configuration files. */
import {EventEmitter} from 'node:events';
import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {PassThrough} from 'node:stream';
import {errorLine} from '../../../src/cli/complain.ts';
import {exitCodeOfError} from '../../../src/cli/exit-code.ts';
import type {Io} from '../../../src/cli/io.ts';
import {main} from '../../../src/cli/start.ts';
import {ManualClock} from '../../support/manual-clock.ts';

export class Folders {
  readonly top = realpathSync(mkdtempSync(join(tmpdir(), 'oneshot-config-')));
  readonly home = join(this.top, 'home');
  readonly project = join(this.home, 'project');
  readonly state = join(this.top, 'state');
  readonly env: Record<string, string> = {HOME: this.home, ONESHOT_HOME: this.state};

  constructor() {
    mkdirSync(this.project, {recursive: true});
  }

  /** `path`: from the top; objects are written as JSON. */
  write(path: string, content: unknown): string {
    const file = join(this.top, path);
    mkdirSync(dirname(file), {recursive: true});
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  }

  folder(path: string): string {
    const folder = join(this.top, path);
    mkdirSync(folder, {recursive: true});
    return folder;
  }

  remove(): void {
    rmSync(this.top, {recursive: true, force: true});
  }
}

/** The line that a user sees, and the exit code. */
export function complaint(act: () => unknown): {code: number; line: string} {
  try {
    act();
  } catch (error) {
    return {code: exitCodeOfError(error), line: errorLine(error)};
  }
  throw new Error('nothing was wrong');
}

/** Runs a command line in this process, in the project folder. */
export async function runMain(folders: Folders, argv: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io: Io = {
    env: folders.env,
    cwd: folders.project,
    stdin: new PassThrough(),
    stdout,
    stderr,
    signals: new EventEmitter(),
    clock: new ManualClock(),
    companion: (name) => name,
  };
  const code = await main(argv, io);
  const said = (stream: PassThrough) => String(stream.read() ?? '');
  return {code, stdout: said(stdout), stderr: said(stderr)};
}
