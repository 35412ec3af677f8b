/** Peers that give a program a PTY. */
import type {Readable} from 'node:stream';
import {load, type PackageName} from './install.ts';
import type {Peer, Start} from './peer.ts';

/** What is used of node-pty. */
interface NodePty {
  spawn(
    file: string,
    args: string[],
    options: {encoding: null; env: NodeJS.ProcessEnv},
  ): {
    onData(listener: (data: Buffer) => void): void;
    onExit(listener: () => void): void;
    kill(): void;
  };
}

export async function nodePty(folder: string, name: PackageName): Promise<Peer> {
  const loaded = await load<NodePty & {default?: NodePty}>(folder, name);
  const {spawn} = loaded.default ?? loaded;
  return async ({argv: [file, ...args], env}, sink) => {
    const pty = spawn(file, args, {encoding: null, env});
    pty.onData((data) => sink.chunk(data));
    return {kill: () => pty.kill(), ended: new Promise<void>((resolve) => pty.onExit(() => resolve()))};
  };
}

/** What is used of ruspty. */
interface Ruspty {
  Pty: new (options: {
    command: string;
    args: string[];
    envs: Record<string, string>;
    onExit: () => void;
  }) => {pid: number; read: Readable};
}

export async function ruspty(folder: string): Promise<Peer> {
  const loaded = await load<Ruspty & {default?: Ruspty}>(folder, '@replit/ruspty');
  const {Pty} = loaded.default ?? loaded;
  return async ({argv: [command, ...args], env}: Start, sink) => {
    let over = () => {};
    const ended = new Promise<void>((resolve) => {
      over = resolve;
    });
    const envs = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
    const pty = new Pty({command, args, envs: envs as Record<string, string>, onExit: over});
    pty.read.on('data', (data: Buffer) => sink.chunk(data));
    pty.read.on('error', () => {});
    // Its users wait for the stream, which ends after the exit.
    const streamEnded = new Promise<void>((resolve) => pty.read.once('end', resolve).once('close', resolve));
    return {
      kill: () => void process.kill(pty.pid, 'SIGTERM'),
      ended: Promise.all([ended, streamEnded]).then(() => {}),
    };
  };
}
