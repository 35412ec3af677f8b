import {describe, expect, it} from 'vitest';
import type {EventBody, EventHead, Usage} from '../../src/event.ts';
import type {ListedSession} from '../../src/session/list.ts';
import {noGaps} from '../../src/session/read.ts';
import {ageText, sessionLines, sessionTitle, table} from '../../src/view/session-list.ts';
import {type SessionSummary, Summary} from '../../src/view/summary.ts';
import {type SummaryContext, summaryLines} from '../../src/view/summary-lines.ts';
import {
  eventsOf,
  ID,
  OPEN_SESSION,
  PLAN,
  runFinished,
  runStarted,
  sessionResumed,
  sessionStarted,
  VERIFIED_SESSION,
} from '../session/logs.ts';

type Part = readonly [body: EventBody, head?: Partial<EventHead>];

const WORKER = {iteration: 1, role: 'worker', source: 'agent'} as const;
const NO_USAGE = {inputTokens: null, outputTokens: null, costUsd: null, turns: null};

function summaryOf(parts: readonly Part[]): SessionSummary {
  const summary = new Summary();
  for (const event of eventsOf(parts)) summary.see(event);
  return summary.result();
}

function linesOf(parts: readonly Part[], more: Partial<SummaryContext> = {}): string[] {
  const context = {id: ID, dir: '/s', status: 'verified', owner: null, gaps: noGaps(), files: []} as const;
  return summaryLines(summaryOf(parts), {...context, ...more});
}

const call = (toolCallId: string, kind: 'edit' | 'read' | 'move', ...paths: string[]): Part => [
  {
    type: 'tool_call',
    toolCallId,
    title: 't',
    toolName: 'T',
    kind,
    status: 'pending',
    locations: paths.map((path) => ({path})),
    rawInput: {},
    parentToolCallId: null,
  },
  WORKER,
];

const update = (toolCallId: string, status: 'completed' | 'failed'): Part => [
  {type: 'tool_call_update', toolCallId, status},
  WORKER,
];

const note = (level: 'info' | 'warning' | 'error', code: string): Part => [
  {type: 'note', level, code, text: 'te\u001b[2Jxt'},
];

describe('the summary of a session', () => {
  it('of no events is empty', () => {
    expect(summaryOf([])).toMatchObject({session: null, startedAt: null, iterations: [], usage: NO_USAGE});
    expect(linesOf([], {status: 'crashed'})).toEqual([
      `session ${ID}`,
      'status    crashed: it has no end and nobody is at work on it',
      'recorded  /s',
    ]);
  });

  it('has what each run did and cost', () => {
    const summary = summaryOf([
      ...OPEN_SESSION.slice(0, 3),
      [
        {
          type: 'agent_session',
          agentSession: 'a',
          model: null,
          agentVersion: null,
          agentPermissionMode: null,
        },
        WORKER,
      ],
      call('1', 'edit', 'a.ts', 'b.ts'),
      update('1', 'completed'),
      call('2', 'read', 'c.ts'),
      update('2', 'failed'),
      call('3', 'move', 'a.ts'),
      [{type: 'usage_update', inputTokens: 1, outputTokens: null, costUsd: null, turns: null}, WORKER],
    ]);
    expect(summary.iterations).toMatchObject([
      {
        iteration: 1,
        verdict: null,
        runs: [
          {
            role: 'worker',
            agentSession: 'a',
            model: 'm',
            toolCalls: 3,
            failedToolCalls: 1,
            durationMs: 7000,
            usage: {inputTokens: 1, outputTokens: null, costUsd: null, turns: null},
            end: null,
          },
        ],
      },
    ]);
    expect(summary.changedFiles).toEqual(['a.ts', 'b.ts']);
    expect(summary.usage).toEqual({inputTokens: 1, outputTokens: null, costUsd: null, turns: null});
  });

  const CHECK = {iteration: 1, role: 'check', source: 'runner'} as const;
  const check = (name: string, result: 'green' | 'red' | 'unable', reason: string): Part => [
    {type: 'check_finished', check: name, result, reason, exitCode: 1, durationMs: 2_000, tail: 'noise'},
    CHECK,
  ];

  it('has the newest result of each check, and no words of a check as those of the worker', () => {
    const parts: Part[] = [
      [sessionStarted()],
      [runStarted(), WORKER],
      [{...runFinished(), text: 'painted'}, WORKER],
      [runStarted(), CHECK],
      [{...runFinished(), text: 'noise'}, CHECK],
      check('lint', 'unable', 'not there'),
      check('test', 'red', 'exit code 1'),
      check('lint', 'green', 'exit code 0'),
    ];
    const {text, iterations} = summaryOf(parts);
    expect(text).toBe('painted');
    expect(iterations[0]!.checks).toEqual([
      {check: 'test', result: 'red', reason: 'exit code 1', exitCode: 1, durationMs: 2_000},
      {check: 'lint', result: 'green', reason: 'exit code 0', exitCode: 1, durationMs: 2_000},
    ]);
    const lines = linesOf(parts).filter((line) => line.includes('check'));
    expect(lines).toEqual(['  check red: test (2.0 s): exit code 1', '  check green: lint (2.0 s)']);
  });

  it('has what the auditor said of each criterion', () => {
    const parts: Part[] = [
      [
        {
          type: 'verdict',
          verdict: 'RETRY',
          reason: 'bare',
          feedback: null,
          how: 'json',
          criteria: [
            {criterion: 'red', met: true, evidence: 'I \u001b[31msaw it'},
            {criterion: 'dry', met: false, evidence: null},
            {criterion: 'flat', met: null, evidence: null},
          ],
        },
        {iteration: 1, role: 'auditor', source: 'runner'},
      ],
    ];
    expect(linesOf(parts).slice(-4)).toEqual([
      '  verdict RETRY: bare',
      '    met: red (I saw it)',
      '    not met: dry',
      '    not told: flat',
    ]);
  });

  it('adds up the usage of its runs, unknown ones left out', () => {
    const run = (usage: Usage): Part[] => [
      [runStarted(), WORKER],
      [runFinished({usage, agentSession: null, text: null}), WORKER],
    ];
    const known = {inputTokens: 2, outputTokens: null, costUsd: 0.5, turns: null};
    const {usage, text} = summaryOf([...run(NO_USAGE), ...run(known), ...run(known), ...run(NO_USAGE)]);
    expect(usage).toEqual({inputTokens: 4, outputTokens: null, costUsd: 1, turns: null});
    expect(text).toBeNull();
  });

  it('goes on after it was resumed', () => {
    const summary = summaryOf([...VERIFIED_SESSION, [sessionResumed('add a\ttest')], [sessionResumed()]]);
    expect(summary).toMatchObject({
      ending: null,
      resumes: 2,
      instructions: ['add a\ttest'],
      maxIterations: 7,
    });
    const lines = linesOf([...VERIFIED_SESSION, [sessionResumed('more')], [sessionResumed()]]);
    expect(lines).toContain('added     more');
    expect(lines).toContain('resumed   2 times');
    expect(linesOf([...VERIFIED_SESSION, [sessionResumed()]])).toContain('resumed   1 time');
  });

  it('has each warning once, and the first of many', () => {
    const many = Array.from({length: 60}, (_, index) => note('error', `E${index}`));
    const {warnings} = summaryOf([note('info', 'I'), note('warning', 'W'), note('warning', 'W'), ...many]);
    expect(warnings).toHaveLength(50);
    expect(warnings[0]).toEqual({code: 'W', text: 'text'});
    expect(linesOf([note('warning', 'W')])).toContain('warning   W: text');
  });

  it('has the first of many changed files', () => {
    const paths = Array.from({length: 300}, (_, index) => `f${index}`);
    expect(summaryOf([[runStarted(), WORKER], call('1', 'edit', ...paths)]).changedFiles).toHaveLength(200);
  });

  it('of a program says what was run', () => {
    const parts: Part[] = [
      [{...sessionStarted({task: null}), worker: null, auditor: null} as EventBody],
      [
        runStarted({executor: 'command', argv: ['npm', 'test'], model: null, agentVersion: null}),
        {iteration: 0},
      ],
      [runFinished({outcome: 'failed', reason: 'exit code 3', usage: NO_USAGE, text: ' '}), {iteration: 0}],
    ];
    expect(summaryOf(parts)).toMatchObject({task: null, argv: ['npm', 'test']});
    const lines = linesOf(parts, {status: 'failed'});
    expect(lines).toContain('program   npm test');
    expect(lines.at(-1)).toBe('  program failed: exit code 3 (command, 1.0 s)');
  });

  it('keeps control characters from the terminal and long words short', () => {
    const parts: Part[] = [
      [sessionStarted({task: 'two\nlines\u001b]0;x\u0007'})],
      [runStarted(), WORKER],
      [runFinished({text: `  indented\n${'x'.repeat(5000)}`}), WORKER],
      [
        {type: 'verdict', verdict: null, reason: 'no\nword', feedback: 'do\u001b[31m better', how: 'none'},
        {iteration: 1, role: 'auditor'},
      ],
    ];
    const lines = linesOf(parts);
    expect(lines).toContain('task      two');
    expect(lines).toContain('          lines');
    expect(lines).toContain('  verdict unclear: no word');
    expect(lines).toContain('  feedback: do better');
    expect(lines.at(-2)).toBe('    indented');
    expect(lines.at(-1)).toMatch(/^ {2}x{3000,4000}…$/);
  });

  it('counts the tool calls of a run', () => {
    const parts = (...calls: Part[]): Part[] => [[runStarted({model: null}), WORKER], ...calls];
    expect(linesOf(parts(call('1', 'edit'))).at(-1)).toBe(
      '  worker no end in the log (claude 2.1.197, 1.0 s, 1 tool call)',
    );
    expect(linesOf(parts(call('1', 'edit'), call('2', 'read'), update('2', 'failed'))).at(-1)).toBe(
      '  worker no end in the log (claude 2.1.197, 3.0 s, 2 tool calls, 1 failed)',
    );
  });

  it('says who is at work on it, what it is recorded in and what is wrong with that', () => {
    const gaps = {torn: true, tornBytes: 1, skippedLines: 2, misplacedLines: 3, lostBytes: 4};
    const owner = {pid: 7, startedAt: '1', host: 'h', at: 0};
    expect(linesOf([], {status: 'running', owner, gaps, files: [{path: 'events.jsonl', bytes: 5}]})).toEqual([
      `session ${ID}`,
      'status    running in process 7 since 1970-01-01T00:00:00.000Z',
      'recorded  /s',
      '          events.jsonl (5 bytes)',
      'log       its last line is unfinished',
      'log       lines that are no events: 2',
      'log       lines out of order: 3',
      'log       bytes that are gone: 4',
    ]);
  });

  it('names models', () => {
    const started = {...sessionStarted(), worker: {...PLAN, model: 'opus'}, auditor: null} as EventBody;
    expect(linesOf([[started]])).toContain('worker    claude, opus, permission mode agent');
  });
});

describe('the list of sessions', () => {
  const session: ListedSession = {
    id: ID,
    status: 'verified',
    task: 'fix\nthe bug',
    command: null,
    cwd: '/work',
    startedAt: 1000,
    lastAt: 61_000,
    iteration: 2,
    maxIterations: 5,
    executor: 'claude',
    verdict: 'DONE',
    reason: null,
    costUsd: 0.126,
    seq: 9,
    bytes: 100,
    dir: '/s',
    owner: null,
  };

  it('is a table', () => {
    const program = {...session, id: 'x', task: null, command: 'npm test', costUsd: null, turns: null};
    const empty = {...program, command: null, lastAt: 0};
    expect(sessionLines([session, program, empty], 121_000)).toEqual([
      'ID                      STATUS    AGE    ITER  COST   TASK',
      `${ID}  verified  1 min  2/5   $0.13  fix the bug`,
      'x                       verified  1 min               npm test',
      'x                       verified',
    ]);
  });

  it('has ages that are short', () => {
    const hour = 3_600_000;
    const ages = [-5, 59_999, 60_000, hour, 47 * hour, 49 * hour].map(ageText);
    expect(ages).toEqual(['0 s', '59 s', '1 min', '1 h', '47 h', '2 d']);
    expect(table([])).toEqual([]);
  });

  it('names a session in one line', () => {
    expect(sessionTitle(session)).toBe(`${ID}  verified, 1:00: fix the bug`);
    expect(sessionTitle({...session, task: null, command: 'npm test'})).toContain(': npm test');
    expect(sessionTitle({...session, task: null})).toContain(': without events');
  });
});
