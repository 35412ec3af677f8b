/** PTY or pipe, for which program? */
import {defineExperiment, type Result, type Tools} from '../experiment.ts';
import {roundRobin} from '../round-robin.ts';
import {available} from '../toolchain.ts';
import {
  AGENT_NAMES,
  type Agent,
  type AgentLoss,
  type AgentPaced,
  agentPaced,
  agentSlowlyRead,
} from './agents.ts';
import {childPrograms, WAYS} from './children.ts';
import {type Paced, type PacedCounts, paced} from './paced.ts';
import {plots} from './plot.ts';
import {report} from './report.ts';
import {type Loss, slowlyRead} from './slow-reader.ts';

export interface TransportCounts extends PacedCounts {
  rounds: number;
  burstBytes: number;
  pauseMs: number;
  agentRounds: number;
  agentPieces: number;
  agentBytes: number;
  agentPauseMs: number;
}

/** One measurement of a program or an agent. */
export interface Case<T> {
  name: string;
  way: string;
  samples: T[];
}

export interface TransportData {
  /** With a line end behind each object, and without. */
  paced: (Case<Paced> & {lineEnds: boolean})[];
  loss: Case<Loss>[];
  agentPaced: Case<AgentPaced>[];
  agentLoss: Case<AgentLoss>[];
}
export type TransportResult = Result<TransportData>;

export const transport = defineExperiment<TransportCounts, TransportData>({
  name: 'transport',
  title: 'A PTY or a pipe, for which program?',
  question:
    'How soon is an object seen on a PTY, on a pipe, and on a pipe to a program that was told to write by line? What is lost when the reader stands still while the program exits?',
  method: [
    `Programs of several languages write JSON objects of 340 bytes, one each 5 ms, with a line end behind each or with none; they
are read by oneshot's transport and decoder. "By line" is a pipe to the same program under \`stdbuf -oL\` and with
\`PYTHONUNBUFFERED=1\`. First: from the start of the program to its first object; latency: from the write of an object, as the
program sees it, to its handler. Then each writes a burst at once and exits, while the reader stands still for a second from the
first chunk on.`,
    `The real agents run against a scripted model on loopback that says one piece of text each 50 ms; latency is from the
model's piece to the event that has it (Cline 2 says an answer only when it is whole). Then the model says a long text at once, and the reader stands still for some seconds
from the first large chunk on: how much arrives, and does the agent's own end?`,
  ],
  counts: {
    full: {
      rounds: 5,
      objects: 200,
      intervalMs: 5,
      burstBytes: 200_000,
      pauseMs: 1000,
      agentRounds: 3,
      agentPieces: 60,
      agentBytes: 640_000,
      agentPauseMs: 6000,
    },
    quick: {
      rounds: 2,
      objects: 60,
      intervalMs: 5,
      burstBytes: 200_000,
      pauseMs: 500,
      agentRounds: 1,
      agentPieces: 20,
      agentBytes: 640_000,
      agentPauseMs: 6000,
    },
  },
  measure,
  report,
  plots,
});

async function measure(counts: TransportCounts, tools: Tools): Promise<TransportData> {
  const programs = childPrograms(tools);
  const ways = WAYS.filter((way) => way !== 'pipe, by line' || available('stdbuf', tools));
  const cases = programs.flatMap((program) => ways.map((way) => ({program, way, name: program.name})));
  const step = stages(tools, 3);
  const ends = [true, false].flatMap((lineEnds) => cases.map((of) => ({...of, lineEnds})));
  const byPace = await measured(ends, counts.rounds, step(0), ({program, way, lineEnds}) =>
    paced(program, way, lineEnds, counts),
  );
  const byLoss = await measured(cases, counts.rounds, step(1), ({program, way}) =>
    slowlyRead(program, way, counts.burstBytes, counts.pauseMs),
  );
  const agents = await measureAgents(counts, step(2));
  return {
    paced: byPace.map(({name, way, lineEnds, samples}) => ({name, way, lineEnds, samples})),
    loss: byLoss.map(({name, way, samples}) => ({name, way, samples})),
    ...agents,
  };
}

async function measureAgents(counts: TransportCounts, step: Step) {
  const cases = (Object.keys(AGENT_NAMES) as Agent[]).flatMap((agent) =>
    (['pty', 'pipe'] as const).map((way) => ({name: AGENT_NAMES[agent], agent, way})),
  );
  const both = await measured(cases, counts.agentRounds, step, async ({agent, way}) => ({
    pace: await agentPaced(agent, way, counts.agentPieces),
    loss: await agentSlowlyRead(agent, way, counts.agentBytes, counts.agentPauseMs),
  }));
  return {
    agentPaced: both.map(({name, way, samples}) => ({name, way, samples: samples.map(({pace}) => pace)})),
    agentLoss: both.map(({name, way, samples}) => ({name, way, samples: samples.map(({loss}) => loss)})),
  };
}

type Step = (done: number, total: number, what: string) => void;

/** Each of some stages has the same share of the bar. */
function stages({progress}: Tools, count: number): (stage: number) => Step {
  return (stage) => (done, total, what) => progress(stage * total + done, count * total, what);
}

/** The cases, each with its samples, measured in turn. */
async function measured<Of extends {name: string; way: string}, T>(
  cases: readonly Of[],
  rounds: number,
  step: Step,
  measureOne: (of: Of) => Promise<T>,
): Promise<(Of & {samples: T[]})[]> {
  const variants = Object.fromEntries(
    cases.map((of, index) => [`${index}: ${of.name}, ${of.way}`, () => measureOne(of)]),
  );
  const samples = Object.values(await roundRobin(rounds, variants, step));
  return cases.map((of, index) => ({...of, samples: samples[index]!}));
}
