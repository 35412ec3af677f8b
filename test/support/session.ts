/** A run's world for tests: a temporary state folder, a scripted agent, and the events that were recorded. */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type Clock, systemClock} from '../../src/clock.ts';
import type {OneshotEvent} from '../../src/event.ts';
import type {ExecutorName, Installation} from '../../src/executor/executor.ts';
import {executorByName} from '../../src/executor/registry.ts';
import {DEFAULT_MAX_FRAME_BYTES} from '../../src/frame/frame.ts';
import type {AgentChoice, RunContext} from '../../src/run.ts';
import type {Write} from '../../src/session/append-file.ts';
import {openSessionLog} from '../../src/session/open.ts';
import type {TransportChoice} from '../../src/transport/transport.ts';

export const SCRIPTED_AGENT = fileURLToPath(
  new URL('../fixtures/agents/scripted-agent.mjs', import.meta.url),
);

export type Step = Record<string, unknown>;

export interface World {
  home: string;
  script: string;
  context: RunContext;
  stop: AbortController;
  kill: AbortController;
  /** Events recorded so far, from the file. */
  events(): OneshotEvent[];
  /** What the agent was started with, one per start. */
  starts(): {argv: string[]; stdin: string; pid: number}[];
  remove(): Promise<void>;
}

export interface WorldOptions {
  runs: Step[][];
  clock?: Clock;
  transport?: TransportChoice;
  write?: Write;
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const home = mkdtempSync(join(tmpdir(), 'oneshot-run-'));
  // Not the home folder: what the world itself writes is no change of the agents.
  const cwd = join(home, 'work');
  mkdirSync(cwd);
  const script = join(home, 'script.json');
  writeFileSync(script, JSON.stringify(options.runs));
  const clock = options.clock ?? systemClock;
  const log = await openSessionLog({stateDir: home, clock, ...(options.write && {write: options.write})});
  const stop = new AbortController();
  const kill = new AbortController();
  const context: RunContext = {
    log,
    cwd,
    env: {PATH: process.env.PATH, HOME: home, SCRIPT: script},
    transport: options.transport ?? 'auto',
    maxFrameBytes: DEFAULT_MAX_FRAME_BYTES,
    clock,
    stop: stop.signal,
    kill: kill.signal,
  };
  return {
    home,
    script,
    context,
    stop,
    kill,
    events: () => linesOf(log.eventsPath),
    starts: () => linesOf(`${script}.starts`),
    async remove() {
      await log.close();
      rmSync(home, {recursive: true, force: true});
    },
  };
}

function linesOf<T>(path: string): T[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

const ADAPTERS = {claude: 'claude', cline: 'cline-3', 'cline-2': 'cline-2', command: 'command'} as const;

/** The scripted agent in the clothes of an agent. */
export function scripted(as: keyof typeof ADAPTERS, more: Partial<AgentChoice> = {}): AgentChoice {
  return agentOf(as, [process.execPath, SCRIPTED_AGENT], more);
}

/** Any program as an agent. */
export function program(...argv: [string, ...string[]]): AgentChoice {
  return agentOf('command', argv, {});
}

function agentOf(
  as: keyof typeof ADAPTERS,
  argv: readonly [string, ...string[]],
  more: Partial<AgentChoice>,
): AgentChoice {
  const name: ExecutorName = as === 'cline-2' ? 'cline' : as;
  const installation: Installation = {executor: name, adapter: ADAPTERS[as], program: argv, version: '9.9.9'};
  const executor = executorByName(name);
  return {executor, installation, model: null, permissionMode: 'agent', agentArgs: [], ...more};
}

/** What Claude says in a run of one message. */
export function claudeSays(text: string, more: Record<string, unknown> = {}): Step[] {
  const message = {id: 'msg_1', role: 'assistant', model: 'm', content: [{type: 'text', text}]};
  return [
    {
      json: {
        type: 'system',
        subtype: 'init',
        session_id: 'claude-session',
        model: 'm',
        permissionMode: 'default',
      },
    },
    {json: {type: 'assistant', message, parent_tool_use_id: null, session_id: 'claude-session'}},
    {
      json: {
        type: 'result',
        subtype: 'success',
        is_error: false,
        result: text,
        session_id: 'claude-session',
        total_cost_usd: 0.5,
        usage: {input_tokens: 3, output_tokens: 4},
        permission_denials: [],
        ...more,
      },
    },
  ];
}

/** Resolves when `holds` does; polls, so that no test waits a fixed time. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, 5));
}
