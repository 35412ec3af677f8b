/** Runs of the real agents, whose scripted model has a tool leave everything behind that tools can leave. */
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {claude, cline2, cline3, type Dialect} from '../../test/agents/dialect.ts';
import type {Script} from '../../test/agents/script.ts';
import {type AgentRig, startAgentRig} from '../agent-rig.ts';
import {endAll, leftOf, type MarkedOneshot, startMarked, untilInRun} from '../marked-oneshot.ts';
import {within} from '../process.ts';
import {bringAbout, ENDINGS, type Ending, mustHaveEnded} from './ending.ts';
import {isLeftover, LEFTOVER_NAMES, startLines} from './leftovers.ts';

const DIALECTS = {'claude-pinned': claude, 'cline-2': cline2, 'cline-3': cline3} satisfies Record<
  string,
  Dialect
>;
type Agent = keyof typeof DIALECTS;
const AGENTS = Object.keys(DIALECTS) as Agent[];

export interface RealCase {
  agent: Agent;
  ending: Ending;
  /** What goes on when the run is stopped: the tool, or the next answer of the model. */
  during: 'tool' | 'model';
}

/** The first `count` of all cases, in an order in which a few of them are a good mixture. */
export function realCases(count: number): RealCase[] {
  return Array.from({length: count}, (_, index) => {
    const agent = index % AGENTS.length;
    const round = Math.floor(index / AGENTS.length);
    return {
      agent: AGENTS[agent]!,
      ending: ENDINGS[(round + 2 * agent) % ENDINGS.length]!,
      during: round % (2 * ENDINGS.length) < ENDINGS.length ? 'tool' : 'model',
    };
  });
}

/** A run that takes this long will never end. */
const HANGS_AFTER_MS = 120_000;

/** What is left of one run. */
export async function realRun(which: RealCase, cli: string): Promise<string[]> {
  const staged = await startReal(which, cli);
  try {
    return await within(HANGS_AFTER_MS, nameOf(which), played(staged, which));
  } finally {
    await staged.close();
  }
}

const nameOf = ({agent, ending, during}: RealCase) => `${agent}, ${ending} during ${during}`;

/** A run of a real agent, and what decides how it goes on. */
export interface StagedRun {
  run: MarkedOneshot;
  rig: AgentRig;
  /** Lets the model say its last words. */
  finish(): void;
  /** Ends whatever is left of it. */
  close(): Promise<void>;
}

/** Starts oneshot with an agent whose first tool call leaves everything behind. */
export async function startReal(which: RealCase, cli: string): Promise<StagedRun> {
  let finish = () => {};
  const finishing = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const rig = await startAgentRig(which.agent, scriptOf(which, finishing));
  writeFileSync(join(rig.work, 'leave.sh'), toolScript(which));
  const run = startMarked(argumentsOf(which, rig), {cli, cwd: rig.work, home: rig.stateDir, env: rig.env});
  return {
    run,
    rig,
    finish,
    async close() {
      await endAll(run.processes);
      await rig.close();
    },
  };
}

function scriptOf({agent, ending}: RealCase, finishing: Promise<void>): Script {
  const dialect = DIALECTS[agent];
  const last = dialect.final({text: 'All done.', after: () => finishing});
  return [dialect.command('sh leave.sh'), ending === 'normal' ? last : {silence: true}];
}

function toolScript({ending, during}: RealCase): string {
  const lasts = ending !== 'normal' && during === 'tool';
  // The writer would hold the output of the tool, for whose end an agent may wait.
  const lines = ['exec >/dev/null 2>&1', ...startLines(LEFTOVER_NAMES), 'touch ready'];
  return `${[...lines, ...(lasts ? ['sleep 60'] : [])].join('\n')}\n`;
}

function argumentsOf({ending}: RealCase, {agent}: AgentRig): string[] {
  const args = ['run', '--executor', agent.program, '--no-audit', '--permission-mode', 'full'];
  // Not the processes: the writer forks all the time, which is a sign of life.
  const clocks = ['--idle-timeout', '3s', '--tool-timeout', '3s', '--monitor', 'output'];
  return [...args, ...(ending === 'clock' ? clocks : []), 'Do the scripted task'];
}

async function played({run, rig, finish}: StagedRun, which: RealCase): Promise<string[]> {
  await untilInRun(run, 'the tool was at work', () => existsSync(join(rig.work, 'ready')));
  await untilInRun(run, 'everything was there', () => hasAll(run));
  if (which.during === 'model')
    await untilInRun(run, 'the model was asked again', () => rig.server.requests.length > 1);
  finish();
  await bringAbout(which.ending, run);
  await run.exit;
  const left = await leftOf(run);
  mustHaveEnded(which.ending, run);
  return left.map((command) => `${nameOf(which)}: ${command}`);
}

function hasAll(run: MarkedOneshot): boolean {
  const commands = run.processes().map(({command}) => command);
  return LEFTOVER_NAMES.every((name) => commands.some((command) => isLeftover(name, command)));
}
