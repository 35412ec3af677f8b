/** A git repository in a temporary folder. */
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';

export class Repository {
  readonly home = realpathSync(mkdtempSync(join(tmpdir(), 'oneshot-repo-')));
  readonly path = join(this.home, 'repo');
  readonly stateDir = join(this.home, 'state');
  readonly env = {PATH: process.env.PATH, HOME: this.home, GIT_CONFIG_NOSYSTEM: '1'};

  constructor() {
    mkdirSync(this.path);
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.name', 'A');
    this.git('config', 'user.email', 'a@localhost');
  }

  git(...args: string[]): string {
    return this.gitIn(this.path, ...args);
  }

  gitIn(cwd: string, ...args: string[]): string {
    return execFileSync('git', args, {
      cwd,
      env: this.env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  write(path: string, text = 'text\n', root = this.path): void {
    const whole = join(root, path);
    mkdirSync(dirname(whole), {recursive: true});
    writeFileSync(whole, text);
  }

  commit(path: string, text?: string): void {
    this.write(path, text);
    this.git('add', '-A');
    this.git('commit', '-q', '-m', `add ${path}`);
  }

  remove(): void {
    rmSync(this.home, {recursive: true, force: true});
  }
}
