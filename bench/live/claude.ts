/** From a chunk of the model server, through the real Claude Code and oneshot, to the line on a terminal. */
import {closeSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {ReadStream} from 'node:tty';
import {openPty} from '../../src/transport/openpty.ts';
import {environmentOf} from '../../test/agents/environment.ts';
import {agentPackages, type InstalledAgent, installAgent} from '../../test/agents/install.ts';
import {startModelServer} from '../../test/agents/model-server.ts';
import {builtCli} from '../build.ts';
import {ended, start, withTempFolder} from '../process.ts';

const CHUNK_EVERY_MS = 50;

/** Latency of each of `count` chunks, each a line of the answer, ms. Fewer than `count`: some never came. */
export async function claudeLatenciesMs(count: number): Promise<number[]> {
  const agent = await installAgent((await agentPackages())['claude-pinned']);
  const text = Array.from({length: count}, (_, index) => ({
    text: `${lineOf(index)}\n`,
    after: CHUNK_EVERY_MS,
  }));
  const server = await startModelServer([{text}]);
  try {
    const screen = await withTempFolder((folder) => onTerminal(folder, agent, server.url));
    return latenciesMs(sentAt(server.requests[0]?.sent ?? [], count), screen);
  } finally {
    await server.close();
  }
}

const lineOf = (index: number) => `line ${String(index).padStart(4, '0')} of the answer`;

/** When each line was sent, ms since the epoch. */
function sentAt(sent: readonly {at: number; text: string}[], count: number): number[] {
  return Array.from({length: count}, (_, index) => {
    const chunk = sent.find(({text}) => text.includes(lineOf(index)));
    if (!chunk) throw new Error(`the model server never sent line ${index}`);
    return chunk.at;
  });
}

interface Shown {
  at: number;
  text: string;
}

/** What oneshot writes to the terminal that its stderr is, piece by piece. */
async function onTerminal(folder: string, agent: InstalledAgent, url: string): Promise<Shown[]> {
  const pty = await openPty();
  if ('unavailable' in pty) throw new Error(pty.unavailable);
  const terminal = new ReadStream(pty.master);
  const shown: Shown[] = [];
  terminal.on('data', (bytes: Buffer) => {
    shown.push({at: performance.timeOrigin + performance.now(), text: bytes.toString('latin1')});
  });
  const argv = [
    process.execPath,
    await builtCli(),
    'run',
    '--executor',
    'claude',
    '--no-audit',
    'say the lines',
  ] as const;
  const env = environment(folder, agent, url);
  const work = join(folder, 'work');
  for (const path of [work, join(folder, 'home'), join(folder, 'tmp')]) mkdirSync(path);
  const child = start([...argv], {cwd: work, env, stdio: ['ignore', 'ignore', pty.slave]});
  const {exitCode} = await ended(child);
  terminal.destroy();
  closeSync(pty.slave);
  if (exitCode !== 0)
    throw new Error(`oneshot ended with ${exitCode}: ${shown.map(({text}) => text).join('')}`);
  return shown;
}

function environment(folder: string, agent: InstalledAgent, url: string) {
  return {
    ...environmentOf(agent, {url, home: join(folder, 'home'), tmp: join(folder, 'tmp')}),
    TERM: 'xterm-256color',
    ONESHOT_HOME: join(folder, 'state'),
  };
}

/** From the sending of each line to the first time it stands on the screen. */
function latenciesMs(sent: readonly number[], shown: readonly Shown[]): number[] {
  let screen = '';
  const latencies: number[] = [];
  for (const {at, text} of shown) {
    screen += text;
    while (latencies.length < sent.length && screen.includes(lineOf(latencies.length)))
      latencies.push(at - sent[latencies.length]!);
  }
  return latencies;
}
