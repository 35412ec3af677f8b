/** Runs a scenario with a real agent through the built library, judged by all sources, and keeps what was seen. */

import {EVIDENCE_KINDS} from '../../src/activity/evidence.ts';
import type {EvidenceSeen} from '../../src/activity/judge.ts';
import type {EventBody, EvidenceKind, RunFinished} from '../../src/event.ts';
import type {Executor, Installation} from '../../src/executor/executor.ts';
import type {RunContext} from '../../src/run.ts';
import {type AgentRig, startAgentRig} from '../agent-rig.ts';
import {builtLibrary} from '../build.ts';
import {AGENTS, LIMITS, type MatrixAgent, POLL_MS, type Scenario} from './scenarios.ts';
import {type Signal, type Trace, thinned} from './trace.ts';

export async function observe(scenario: Scenario, agent: MatrixAgent): Promise<Trace> {
  const script = scenario.script(AGENTS[agent]);
  const rig = await startAgentRig(agent, script);
  try {
    const observation = new Observation();
    const finished = await runOnce(rig, scenario, observation);
    const reached = Array.isArray(script) ? rig.server.requests.length === script.length : true;
    return {...observation.trace(scenario, agent, finished, rig), reached};
  } finally {
    await rig.close();
  }
}

/** Gathers what a run shows, in monotonic time until `trace` makes it relative. */
class Observation {
  readonly #evidence: Record<EvidenceKind, number[]> = {output: [], files: [], processes: []};
  readonly #signals: Signal[] = [];
  /** The newest signal, until the judge has seen it. */
  #unseen: Signal | null = null;
  #startedMs = 0;
  #endedMs: number | null = null;
  #overMs = 0;
  #stop: Trace['stop'] = null;

  /** Called with each event just before the judge is. */
  event(body: EventBody): void {
    const atMs = performance.now();
    if (body.type === 'run_started') this.#startedMs = atMs;
    if (body.type === 'stop_requested') this.#stop = {atMs, clock: body.clock};
    if (body.type === 'run_finished') this.#overMs = atMs;
    this.#unseen = signalOf(body, atMs);
    if (this.#unseen) this.#signals.push(this.#unseen);
  }

  see({kind, atMs}: EvidenceSeen): void {
    this.#evidence[kind].push(atMs);
    // The same moment: evidence that came later would end an announced wait.
    if (kind === 'output' && this.#unseen) this.#unseen.atMs = atMs;
    if (kind === 'output') this.#unseen = null;
  }

  terminal(): void {
    this.#endedMs ??= performance.now();
  }

  trace(
    scenario: Scenario,
    agent: MatrixAgent,
    {outcome, reason}: RunFinished,
    {server}: AgentRig,
  ): Omit<Trace, 'reached'> {
    const since = (ms: number) => Math.round(ms - this.#startedMs);
    const before = this.#stop?.atMs ?? this.#overMs;
    const times = (all: readonly number[]) => thinned(all.filter((ms) => ms <= before).map(since));
    const modelTimes = (all: readonly {at: number}[]) =>
      times(all.map(({at}) => at - performance.timeOrigin));
    const [output, files, processes] = EVIDENCE_KINDS.map((kind) => times(this.#evidence[kind]));
    const failed =
      scenario.stuck === null && outcome !== 'completed' ? [`${outcome}: ${withoutPaths(reason)}`] : [];
    return {
      scenario: scenario.name,
      agent,
      evidence: {output: output!, files: files!, processes: processes!},
      signals: this.#signals
        .filter(({atMs}) => atMs <= before)
        .map((signal) => ({...signal, atMs: since(signal.atMs)})),
      endedMs: this.#endedMs === null || this.#endedMs > before ? null : since(this.#endedMs),
      stop: this.#stop && {...this.#stop, atMs: since(this.#stop.atMs)},
      overMs: since(this.#overMs),
      outcome,
      askedMs: modelTimes(server.requests),
      sentMs: modelTimes(server.requests.flatMap(({sent}) => sent)),
      problems: [...server.problems, ...failed],
    };
  }
}

/** Paths of this machine are nobody else's business. */
function withoutPaths(text: string): string {
  return text.replaceAll(/(?<=^|[\s(])\/\S+/g, '…');
}

function signalOf(body: EventBody, atMs: number): Signal | null {
  switch (body.type) {
    case 'tool_call':
      return {atMs, tool: body.toolCallId, status: body.status};
    case 'tool_call_update':
      return body.status === undefined ? null : {atMs, tool: body.toolCallId, status: body.status};
    case 'agent_retry':
      return {atMs, retryDelayMs: body.delayMs};
    case 'agent_ask':
      return {atMs, asks: true};
    default:
      return null;
  }
}

async function runOnce(rig: AgentRig, scenario: Scenario, observation: Observation): Promise<RunFinished> {
  const {DEFAULT_MAX_FRAME_BYTES, executorByName, openSessionLog, run, systemClock} = await builtLibrary();
  const log = await openSessionLog({stateDir: rig.stateDir, clock: systemClock});
  const append = log.append.bind(log);
  log.append = (draft) => {
    append(draft);
    observation.event(draft.body);
  };
  const context: RunContext = {
    log,
    cwd: rig.work,
    env: rig.env,
    transport: 'auto',
    maxFrameBytes: DEFAULT_MAX_FRAME_BYTES,
    clock: systemClock,
    stop: new AbortController().signal,
    kill: new AbortController().signal,
    activity: {
      limits: LIMITS,
      monitor: EVIDENCE_KINDS,
      onAsk: 'stop',
      pollMs: POLL_MS,
      onEvidence: (evidence) => observation.see(evidence),
    },
  };
  const executor = executorFor(executorByName(rig.agent.program), scenario, observation);
  const installation = inShell(await executor.locate(rig.env, []), scenario.shell);
  const agent = {executor, installation, model: null, permissionMode: 'full', agentArgs: []} as const;
  const prompt = 'Do the scripted task';
  const finished = await run(context, {agent, prompt, iteration: 1, role: 'worker', resume: null});
  await log.close();
  return finished;
}

/** The executor, with the moment of the terminal event told, and without `--yolo` where the agent has to ask. */
function executorFor(executor: Executor, {autonomous = true}: Scenario, observation: Observation): Executor {
  return {
    ...executor,
    command(installation, request) {
      const command = executor.command(installation, request);
      const [program, ...args] = command.argv;
      const argv = [program, ...args.filter((arg) => autonomous || arg !== '--yolo')] as const;
      return {...command, argv: [...argv], promptIndex: command.promptIndex && argv.length - 1};
    },
    normalizer(installation, options) {
      const normalizer = executor.normalizer(installation, options);
      const factsSoFar = normalizer.facts.bind(normalizer);
      const facts = () => {
        const known = factsSoFar();
        if (known.terminal) observation.terminal();
        return known;
      };
      return Object.assign(normalizer, {facts});
    },
  };
}

/** The agent run by a shell line, in which it is `"$@"`. */
function inShell(installation: Installation, line: string | undefined): Installation {
  if (line === undefined) return installation;
  return {...installation, program: ['/bin/sh', '-c', line, 'sh', ...installation.program]};
}
