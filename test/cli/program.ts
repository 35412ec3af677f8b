/** Starts the built program in a world of its own: a fresh home, a fresh state folder, agents only where a test puts them. */
import {type ChildProcess, spawn} from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {vi} from 'vitest';
import type {OneshotEvent} from '../../src/event.ts';
import {builtProgram} from './built.ts';

export const PROGRAM = builtProgram();

export const agentFixture = (name: string) =>
  fileURLToPath(new URL(`../fixtures/agents/${name}`, import.meta.url));

export interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  ended: Promise<Ended>;
}

export class Place {
  readonly home = mkdtempSync(join(tmpdir(), 'oneshot-cli-'));
  readonly state = join(this.home, 'state');
  readonly bin = join(this.home, 'bin');
  readonly work = join(this.home, 'work');
  readonly env: Record<string, string>;

  constructor() {
    mkdirSync(this.bin);
    mkdirSync(this.work);
    // Node itself is the one program that fake agents need.
    const path = [this.bin, dirname(process.execPath), '/usr/bin', '/bin'].join(':');
    this.env = {PATH: path, HOME: this.home, ONESHOT_HOME: this.state};
  }

  /** Puts a script of Node's on PATH, linked from a package as npm does it. */
  install(name: string, script: string, manifest: {name: string; version: string}): void {
    const folder = join(this.home, 'lib', name);
    mkdirSync(folder, {recursive: true});
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'start'), `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`, {
      mode: 0o755,
    });
    symlinkSync(join(folder, 'start'), join(this.bin, name));
  }

  installClaude(): void {
    const manifest = {name: '@anthropic-ai/claude-code', version: '2.1.197'};
    this.install('claude', agentFixture('fake-claude.mjs'), manifest);
  }

  start(args: readonly string[], {env, input}: {env?: Record<string, string>; input?: string} = {}): Started {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: this.work,
      env: {...this.env, ...env},
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('latin1');
    const utf8 = (chunks: Buffer[]) => Buffer.from(text(chunks), 'latin1').toString();
    const ended = new Promise<Ended>((settle) => {
      child.once('close', (code, signal) =>
        settle({code, signal, stdout: utf8(stdout), stderr: utf8(stderr)}),
      );
    });
    return {child, stdout: () => utf8(stdout), stderr: () => utf8(stderr), ended};
  }

  run(args: readonly string[], options?: {env?: Record<string, string>; input?: string}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** Ids of the recorded sessions. */
  sessions(): string[] {
    const folder = join(this.state, 'sessions');
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  /** Path of a file in the one session there is. */
  recorded(file: string): string {
    const [id, ...more] = this.sessions();
    if (id === undefined || more.length > 0) throw new Error(`there are ${more.length + 1} sessions or none`);
    return join(this.state, 'sessions', id, file);
  }

  events(): OneshotEvent[] {
    return parseLines(readFileSync(this.recorded('events.jsonl'), 'utf8'));
  }

  /** Whether an event of this type is recorded already. */
  hasEvent(type: string): boolean {
    const [id] = this.sessions();
    const path = join(this.state, 'sessions', id ?? '-', 'events.jsonl');
    return existsSync(path) && readFileSync(path, 'utf8').includes(`"type":"${type}"`);
  }

  remove(): void {
    rmSync(this.home, {recursive: true, force: true});
  }
}

export function parseLines(text: string): OneshotEvent[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

export const until = (holds: () => boolean) => vi.waitUntil(holds, {timeout: 30_000, interval: 5});
