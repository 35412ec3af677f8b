/** The peers that are used from Node, by name. */

import {withTempFolder} from '../../process.ts';
import {canceled, runOnSpine} from '../../spine.ts';
import {oneshotChild} from '../oneshot-stream.ts';
import type {PeerName} from './names.ts';
import type {Peer, Start} from './peer.ts';
import {execaLines, linePeer} from './pipes.ts';
import {nodePty, ruspty} from './ptys.ts';
import {claudeSdk, codexSdk} from './sdks.ts';

export type NodePeerName = Exclude<PeerName, 'C reader, PTY' | 'C reader, pipe' | 'Python subprocess.run'>;

/** `folder` is where its package is installed. */
export async function nodePeer(name: NodePeerName, folder: string): Promise<Peer> {
  switch (name) {
    case 'oneshot, PTY':
      return oneshotPeer('pty');
    case 'oneshot, pipe':
      return oneshotPeer('pipe');
    case 'node-pty':
    case '@lydell/node-pty':
      return nodePty(folder, name);
    case '@replit/ruspty':
      return ruspty(folder);
    case 'execa, lines':
      return execaLines(folder);
    case 'script':
      return linePeer((argv) => ['script', '-qfec', argv.map(quoted).join(' '), '/dev/null']);
    case 'stdbuf':
      return linePeer((argv) => ['stdbuf', '-oL', ...argv]);
    case 'Claude Agent SDK':
      return claudeSdk(folder);
    case 'Codex SDK':
      return codexSdk(folder);
    default:
      throw new Error(`no peer ${name satisfies never}`);
  }
}

function oneshotPeer(transport: 'pty' | 'pipe'): Peer {
  return async ({argv, env}, sink) => {
    const child = await oneshotChild(argv, {transport, env}, (bytes) => sink.chunk(bytes));
    return {kill: () => void child.kill('SIGTERM'), ended: child.exit.then(() => {})};
  };
}

/** How oneshot ends a program: with all that it has started. */
export function oneshotStops({argv, env}: Start, transport: 'pty' | 'pipe', afterMs: number): Promise<void> {
  return withTempFolder(async (stateDir) => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(canceled('experiment')), afterMs);
    await runOnSpine(argv, {stateDir, transport, stop: stop.signal, context: {env}});
  });
}

function quoted(argument: string): string {
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}
