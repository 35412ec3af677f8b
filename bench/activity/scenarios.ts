/** What agents do that looks alive or stuck from outside, as data: what the model says, and what has to come of it. */

import type {ActivityLimits} from '../../src/activity/limits.ts';
import {claude, cline2, cline3, type Dialect} from '../../test/agents/dialect.ts';
import {type Piece, refusal, type Script, type ToolUse, type Turn} from '../../test/agents/script.ts';

/** The clocks of the matrix: scaled down, in the order of the defaults. `initial` leaves room for a start on a busy machine. */
export const LIMITS: Readonly<ActivityLimits> = {
  initialMs: 20_000,
  idleMs: 6_000,
  toolMs: 12_000,
  maxMs: 120_000,
  intervalMs: 1_500,
};

/** Time between two looks at files and processes, ms. */
export const POLL_MS = 500;

export const AGENTS = {'claude-pinned': claude, 'cline-2': cline2, 'cline-3': cline3};
export type MatrixAgent = keyof typeof AGENTS;

/** Why a run is stuck. */
export type Stuck = 'initial' | 'idle' | 'tool' | 'grace' | 'ask';

export interface Scenario {
  name: string;
  /** For the table. */
  what: string;
  agents: readonly MatrixAgent[];
  /** Those of the reduced matrix. */
  reduced: readonly MatrixAgent[];
  /** null: at work, and must come to its own end. Else what it hangs in, and what has to be noticed. */
  stuck: Stuck | null;
  /** What the stop names. @default `stuck` */
  stoppedBy?: Stuck;
  script(dialect: Dialect): Script;
  /** A shell line that runs the agent, which is `"$@"`. @default the agent alone */
  shell?: string;
  /** Whether the agent may use its tools without asking. @default true */
  autonomous?: boolean;
}

const ALL: readonly MatrixAgent[] = ['claude-pinned', 'cline-2', 'cline-3'];

/** `count` pieces of text, one each `everyMs`. */
function pieces(count: number, everyMs: number, size = 1): Piece[] {
  return Array.from({length: count}, (_, index) => ({
    text: `Part ${index} of the answer. `.repeat(size),
    after: everyMs,
  }));
}

/** A turn that is over at once, so that the run has made progress. */
const begin = (dialect: Dialect): Turn => dialect.command('true');

const done = (dialect: Dialect): Turn => dialect.final('All done.');

/** `turns` in order, and short last words for whatever else is asked. */
function ending(dialect: Dialect, ...turns: Turn[]): Script {
  return (_request, index) => turns[index] ?? done(dialect);
}

const inTheBackground: ToolUse = {
  name: 'Bash',
  input: {command: 'sleep 8', description: 'scripted', run_in_background: true},
};

const subAgent: ToolUse = {
  name: 'Task',
  input: {description: 'scripted', prompt: 'Say the parts.', subagent_type: 'general-purpose'},
};

/** Cline 2 takes its tools from the model's text. */
const asXml = (xml: string): Script => [{text: [xml]}];

const WORKING: readonly Omit<Scenario, 'stuck'>[] = [
  {
    name: 'streaming',
    what: 'the model streams text for 10 s',
    agents: ALL,
    reduced: ['cline-3'],
    script: (dialect) => [begin(dialect), dialect.final(...pieces(20, 500))],
  },
  {
    name: 'silent-tool',
    what: 'a tool says nothing for 9 s: longer than idle, shorter than the tool limit',
    agents: ALL,
    reduced: ['claude-pinned'],
    script: (dialect) => [dialect.command('sleep 9'), done(dialect)],
  },
  {
    name: 'working-tool',
    what: 'a silent tool at work for 15 s, longer than the tool limit',
    agents: ALL,
    reduced: ['cline-2'],
    script: (dialect) => [
      dialect.command('seq 15 | while read n; do head -c 20000000 /dev/zero >copy; sleep 1; done'),
      done(dialect),
    ],
  },
  {
    name: 'file-operations',
    what: 'files are written and read, 2 s of thought before each',
    agents: ALL,
    reduced: [],
    script: (dialect) => [
      {...dialect.write('first.txt', 'one'), afterMs: 2_000},
      {...dialect.write('second.txt', 'two'), afterMs: 2_000},
      {...dialect.command('cat first.txt second.txt'), afterMs: 2_000},
      {...done(dialect), afterMs: 2_000},
    ],
  },
  {
    name: 'announced-retries',
    what: 'the model is overloaded twice; the agent announces waits of 9 s',
    agents: ['claude-pinned'],
    reduced: [],
    script: (dialect) => [begin(dialect), overloaded(9), overloaded(9), done(dialect)],
  },
  {
    name: 'retries',
    what: 'the model is overloaded twice; the agent waits 2 s each and does not say so',
    agents: ['cline-2', 'cline-3'],
    reduced: [],
    script: (dialect) => [begin(dialect), overloaded(2), overloaded(2), done(dialect)],
  },
  {
    name: 'streaming-in-files',
    what: 'a turn of 24 s that only the task files show',
    agents: ['cline-2'],
    reduced: ['cline-2'],
    script: (dialect) => [begin(dialect), dialect.final(...pieces(12, 2_000))],
  },
  {
    name: 'slow-first-answer',
    what: 'the first answer comes after 10 s: longer than idle, shorter than the initial limit',
    agents: ALL,
    reduced: [],
    script: (dialect) => [{...done(dialect), afterMs: 10_000}],
  },
  {
    name: 'slow-model',
    what: 'a piece of text each 4.5 s',
    agents: ALL,
    reduced: ['claude-pinned'],
    script: (dialect) => [begin(dialect), dialect.final(...pieces(4, 4_500))],
  },
  {
    name: 'background-tool',
    what: 'a tool in the background, while the model goes on',
    agents: ['claude-pinned'],
    reduced: [],
    script: (dialect) => ending(dialect, {tools: [inTheBackground]}, dialect.final(...pieces(5, 2_500))),
  },
  {
    name: 'sub-agent',
    what: 'a sub-agent works for 10 s',
    agents: ['claude-pinned'],
    reduced: ['claude-pinned'],
    script: (dialect) => ending(dialect, {tools: [subAgent]}, dialect.final(...pieces(5, 2_000))),
  },
  {
    name: 'huge-output',
    what: 'a tool writes 1.3 MB, then the model 100 KB',
    agents: ALL,
    reduced: [],
    script: (dialect) => [dialect.command('seq 200000'), dialect.final(...pieces(20, 300, 200))],
  },
  {
    name: 'held-stream',
    what: 'a grandchild holds the stream open after the end',
    agents: ALL,
    reduced: [],
    shell: 'sleep 300 & exec "$@"',
    script: (dialect) => [begin(dialect), done(dialect)],
  },
];

const STUCK: readonly Scenario[] = [
  {
    name: 'hanging-stream',
    what: 'the stream of the model stops in mid-turn',
    agents: ALL,
    reduced: ['cline-2'],
    stuck: 'idle',
    script: (dialect) => [
      begin(dialect),
      {...dialect.final(...pieces(8, 500)), cut: {afterPieces: 6, how: 'hang'}},
    ],
  },
  {
    name: 'no-answer',
    what: 'the model never answers',
    agents: ALL,
    reduced: ['cline-3'],
    stuck: 'initial',
    script: () => [{silence: true}],
  },
  {
    name: 'no-answer-later',
    what: 'the model does not answer any more',
    agents: ALL,
    reduced: [],
    stuck: 'idle',
    script: (dialect) => [begin(dialect), {silence: true}],
  },
  {
    name: 'endless-tool',
    what: 'a silent tool that does not end',
    agents: ALL,
    reduced: ['claude-pinned'],
    stuck: 'tool',
    script: (dialect) => [dialect.command('sleep 300')],
  },
  {
    name: 'question',
    what: 'the agent asks a person',
    agents: ['cline-2'],
    reduced: ['cline-2'],
    stuck: 'ask',
    autonomous: false,
    script: () => asXml('<ask_followup_question>\n<question>Which one?</question>\n</ask_followup_question>'),
  },
  {
    name: 'approval',
    what: 'the agent asks whether it may run a command',
    agents: ['cline-2'],
    reduced: [],
    stuck: 'ask',
    autonomous: false,
    script: () =>
      asXml(
        '<execute_command>\n<command>touch made</command>\n<requires_approval>true</requires_approval>\n</execute_command>',
      ),
  },
  {
    name: 'silent-approval',
    what: 'the agent asks whether it may write a file, which only its files show',
    agents: ['cline-2'],
    reduced: [],
    stuck: 'initial',
    // The files are asked when the limit has passed.
    stoppedBy: 'ask',
    autonomous: false,
    script: (dialect) => [dialect.write('made.txt', 'content')],
  },
  {
    name: 'no-exit',
    what: 'the agent has come to its end and does not exit',
    agents: ALL,
    reduced: ['cline-3'],
    stuck: 'grace',
    shell: '"$@"; sleep 300',
    script: (dialect) => [begin(dialect), done(dialect)],
  },
];

export const SCENARIOS: readonly Scenario[] = [
  ...WORKING.map((scenario) => ({...scenario, stuck: null})),
  ...STUCK,
];

function overloaded(retryAfterS: number) {
  return {...refusal(429), retryAfterS};
}
