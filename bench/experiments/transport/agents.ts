/** The real agents with a scripted model, on a PTY and on a pipe, read by oneshot's transport, decoder and normalizer. */
import type {Executor} from '../../../src/executor/executor.ts';
import {AgentOutput} from '../../../src/executor/output.ts';
import {executorByName} from '../../../src/executor/registry.ts';
import {spawnChild} from '../../../src/transport/spawn.ts';
import {claude, cline2, cline3, type Dialect} from '../../../test/agents/dialect.ts';
import type {Piece, Script} from '../../../test/agents/script.ts';
import {type AgentRig, startAgentRig} from '../../agent-rig.ts';
import {percentile, rounded} from '../../stats.ts';
import {standingStill} from './slow-reader.ts';

export const AGENTS = {'claude-pinned': claude, 'cline-3': cline3, 'cline-2': cline2} as const;
export type Agent = keyof typeof AGENTS;
export const AGENT_NAMES: Readonly<Record<Agent, string>> = {
  'claude-pinned': 'Claude Code 2.1.197',
  'cline-3': 'Cline 3.0.65',
  'cline-2': 'Cline 2.18.0',
};

export interface AgentPaced {
  /** From the start of the agent to its first event, ms. */
  firstMs: number;
  /** From the model's piece of text to the event that has it, ms. */
  p50Ms: number;
  p99Ms: number;
  pieces: number;
}

export interface AgentLoss {
  bytes: number;
  /** Whether the agent's terminal event arrived. */
  ended: boolean;
  exitCode: number | null;
}

const EVERY_MS = 50;
const wordOf = (index: number) => `piece-${String(index).padStart(4, '0')}`;

/** The model speaks in pieces, one each 50 ms. */
export async function agentPaced(
  agent: Agent,
  transport: 'pty' | 'pipe',
  count: number,
): Promise<AgentPaced> {
  const pieces = Array.from({length: count}, (_, index) => ({text: `${wordOf(index)} `, after: EVERY_MS}));
  return withRig(agent, pieces, async (rig) => {
    const run = await runAgent(rig, transport);
    const sentMs = sentAt(rig, count);
    const latencies = sentMs.map((at, index) => run.seenMs.get(wordOf(index))! - at);
    return {
      firstMs: rounded(run.firstMs, 1),
      p50Ms: rounded(percentile(latencies, 0.5), 2),
      p99Ms: rounded(percentile(latencies, 0.99), 2),
      pieces: latencies.filter(Number.isFinite).length,
    };
  });
}

/** The model says `bytes` at once; the reader stands still for `pauseMs` from the last of them on. */
export async function agentSlowlyRead(
  agent: Agent,
  transport: 'pty' | 'pipe',
  bytes: number,
  pauseMs: number,
): Promise<AgentLoss> {
  const text = 'All of this is to be kept. '.repeat(Math.ceil(bytes / 27));
  return withRig(agent, [text], async (rig) => {
    const {received, ended, exitCode} = await runAgent(rig, transport, pauseMs);
    return {bytes: received, ended, exitCode};
  });
}

async function withRig<T>(agent: Agent, pieces: Piece[], work: (rig: AgentRig) => Promise<T>): Promise<T> {
  const dialect: Dialect = AGENTS[agent];
  const script: Script = () => dialect.final(...pieces);
  const rig = await startAgentRig(agent, script);
  try {
    return await work(rig);
  } finally {
    await rig.close();
  }
}

interface AgentRun {
  firstMs: number;
  /** When each word was first seen, ms since the epoch. */
  seenMs: Map<string, number>;
  received: number;
  ended: boolean;
  exitCode: number | null;
}

/** Chunks shorter than this are the agent's preamble, and do not begin the pause of a slow reader. */
const LARGE_BYTES = 2000;

async function runAgent(rig: AgentRig, transport: 'pty' | 'pipe', pauseMs = 0): Promise<AgentRun> {
  const executor: Executor = executorByName(rig.agent.program);
  const installation = await executor.locate(rig.env, []);
  const prompt = 'Do the scripted task';
  const request = {
    prompt,
    model: null,
    permissionMode: 'full',
    resume: null,
    agentArgs: [],
    without: new Set<string>(),
    answerSchema: null,
  } as const;
  const command = executor.command(installation, request);
  const normalizer = executor.normalizer(installation, {
    startedAtMs: Date.now(),
    structured: command.structured,
  });
  const output = new AgentOutput(normalizer, {maxFrameBytes: 64 * 1024 * 1024});
  const run: AgentRun = {firstMs: Number.NaN, seenMs: new Map(), received: 0, ended: false, exitCode: null};
  const still = standingStill(pauseMs);
  const startedMs = performance.now();
  const child = await spawnChild(
    {
      argv: command.argv,
      cwd: rig.work,
      env: {...rig.env, ...command.env},
      stdin: command.promptDelivery === 'stdin' ? Buffer.from(prompt) : null,
      transport,
      spoolDir: rig.stateDir,
    },
    (stream, bytes) => {
      if (stream === 'stdout') run.received += bytes.length;
      if (pauseMs > 0 && bytes.length > LARGE_BYTES) still.chunk();
      const events = output.feed(stream, bytes);
      if (events.length > 0 && Number.isNaN(run.firstMs)) run.firstMs = performance.now() - startedMs;
      const atMs = performance.timeOrigin + performance.now();
      for (const [word] of JSON.stringify(events.map(({body}) => body)).matchAll(/piece-\d{4}/g))
        if (!run.seenMs.has(word)) run.seenMs.set(word, atMs);
    },
  );
  still.started(child);
  run.exitCode = (await child.exit).exitCode;
  output.end();
  run.ended = normalizer.facts().terminal !== null;
  return run;
}

/** When the model sent each piece, ms since the epoch. */
function sentAt({server}: AgentRig, count: number): number[] {
  const sent = server.requests.flatMap((request) => request.sent);
  return Array.from({length: count}, (_, index) => {
    const piece = sent.find(({text}) => text.includes(wordOf(index)));
    if (!piece) throw new Error(`the model never sent ${wordOf(index)}`);
    return piece.at;
  });
}
