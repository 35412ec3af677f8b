import {describe, expect, it} from 'vitest';
import type {EventBody, EventHead, OneshotEvent, RunFinished} from '../../src/event.ts';
import {DEFAULT_RULES} from '../../src/loop/options.ts';
import {noGaps} from '../../src/session/read.ts';
import {Explanation, type SessionExplained} from '../../src/view/explain.ts';
import {explanationLines} from '../../src/view/explain-lines.ts';
import {
  checkFinished,
  event,
  NO_EVIDENCE,
  NO_USAGE,
  runFinished,
  runRetry,
  runStarted,
  says,
  stopRequested,
  toolCall,
} from './events.ts';

const DIR = '/state/sessions/s';

function explained(events: OneshotEvent[]): SessionExplained {
  const explanation = new Explanation();
  for (const one of events) explanation.see(one);
  return explanation.result();
}

/** The lines of a session without its head. */
function lines(events: OneshotEvent[], gaps = noGaps()): string[] {
  return explanationLines(explained(events), {dir: DIR, nowMs: 100_000, gaps}).slice(2);
}

/** The lines of one run. */
function runLines(...events: OneshotEvent[]): string[] {
  const all = lines([started(), runStarted(), ...events]);
  return all.slice(1, all.indexOf('', 1));
}

const ours = (body: EventBody, at: number, head: Partial<EventHead> = {}) =>
  event(body, {source: 'runner', at, ...head});

function started(task: string | null = 'fix the bug', audit = true): OneshotEvent {
  const facts = {
    cwd: '/',
    maxIterations: 5,
    fallback: null,
    rules: null,
    oneshotVersion: '0',
    nodeVersion: '20',
    platform: 'linux',
  };
  return ours({type: 'session_started', task, audit, worker: null, auditor: null, ...facts}, 0);
}

function ended(ending: 'verified' | 'unverified' | 'failed' | 'exhausted' | 'interrupted', reason = 'why') {
  return ours({type: 'session_finished', ending, reason, text: null, iterations: 1}, 9000);
}

const finished = (more: Partial<RunFinished>, at: number) => runFinished(more, {at});

const signal = (name: string, at: number) =>
  ours({type: 'signal_sent', signal: name, pid: 7, reason: 'idle'}, at);

const STALLED = {
  outcome: 'stalled',
  reason: 'no sign of life (idle limit 120 s); last evidence: output: text 120 s ago',
  exitCode: null,
  signal: 'SIGTERM',
} as const;

describe('a session that stalled', () => {
  const limit = {clock: 'idle', limitMs: 120_000} as const;
  const events = [
    started(),
    runStarted({}, {at: 1000}),
    says('hello'),
    ours({type: 'evidence', kind: 'files', what: 'ui_messages.json changed'}, 20_000),
    ours({type: 'stall_suspected', silentMs: 60_000, ...limit, lastEvidence: NO_EVIDENCE}, 80_000),
    ours({type: 'timeout_extended', ...limit, reason: 'files: x changed', extraMs: 1000}, 121_000),
    ours({type: 'timeout_extended', ...limit, reason: 'files: y changed', extraMs: 2000}, 131_000),
    stopRequested(
      {
        lastEvidence: {
          output: {what: 'text', agoMs: 240_000},
          files: {what: 'y changed', agoMs: 120_000},
          processes: null,
        },
      },
      {at: 241_000},
    ),
    signal('SIGINT', 241_100),
    {...says('late'), at: 242_000},
    signal('SIGTERM', 244_100),
    ours(
      {
        type: 'processes_swept',
        ended: [{pid: 8, command: 'sleep 100'}],
        survivors: [{pid: 9, command: 'stuck'}],
        kept: [],
      },
      245_000,
    ),
    finished(STALLED, 246_000),
    ended('failed', STALLED.reason),
  ];

  it('is explained in a few lines', () => {
    expect(explanationLines(explained(events), {dir: DIR, nowMs: 0, gaps: noGaps()})).toMatchInlineSnapshot(`
      [
        "session s: fix the bug",
        "recorded in /state/sessions/s",
        "",
        "worker 1: claude 2.1.197, 4:05, stalled: no sign of life (idle limit 120 s)",
        "  evidence   output: text, 240 s before the stop; files: y changed, 120 s before the stop",
        "  quiet      at 1:19: for 60 s; the idle limit is 120 s",
        "  extended   2 times, last at 2:10: past the idle limit of 120 s, because files: y changed",
        "  stopped    at 4:00 by the idle clock (120 s)",
        "  signals    SIGINT at 4:00, SIGTERM at 4:03",
        "  left       ended 1 process: 8 sleep 100; could not end 1 process: 9 stuck",
        "  exit       signal SIGTERM",
        "  recovered  no",
        "",
        "ended failed: no sign of life (idle limit 120 s)",
        "next: Look for these processes and end them: 9. Raise --idle-timeout if it was at work; else run it again.",
      ]
    `);
  });

  it('is an object that says the same', () => {
    expect(explained(events)).toMatchObject({
      session: 's',
      title: 'fix the bug',
      ending: {ending: 'failed'},
      runs: [
        {
          role: 'worker',
          iteration: 1,
          durationMs: 245_000,
          lastEvidence: {output: {what: 'text', agoMs: 240_000}, files: {agoMs: 120_000}, processes: null},
          extended: {times: 2, afterMs: 130_000, reason: 'files: y changed', extraMs: 2000},
          stop: {cause: 'clock', clock: 'idle', afterMs: 240_000},
          end: {outcome: 'stalled', signal: 'SIGTERM', exitCode: null, recovered: false},
        },
      ],
    });
  });
});

describe('a run', () => {
  it('that completed has few lines', () => {
    expect(
      runLines(
        toolCall('1', 'Bash ls', 3000),
        event({type: 'usage_update', ...NO_USAGE}, {at: 3500}),
        finished({}, 4000),
      ),
    ).toMatchInlineSnapshot(`
      [
        "worker 1: claude 2.1.197, 4.0 s, completed: success",
        "  evidence   output: tool call Bash ls, 1 s before the end",
        "  exit       code 0",
      ]
    `);
  });

  it('tells its retries and questions, the last of them', () => {
    const retry = {type: 'agent_retry', attempt: 1, maxAttempts: 3, delayMs: 1, error: 'overloaded'} as const;
    expect(
      runLines(
        event({...retry, status: null}, {at: 500}),
        event({...retry, status: 529}, {at: 1000}),
        event({type: 'agent_ask', ask: 'permission', text: 'run\nmake'}, {at: 2000}),
        stopRequested({cause: 'ask', clock: null, limitMs: null}, {at: 8000}),
        finished({outcome: 'stalled', reason: 'asked', exitCode: null}, 9000),
      ),
    ).toMatchInlineSnapshot(`
      [
        "worker 1: claude 2.1.197, 9.0 s, stalled: asked",
        "  evidence   output: a question, 6 s before the stop",
        "  retried    2 times, last at 1.0 s: overloaded (529)",
        "  asked      at 2.0 s: a permission: run make",
        "  stopped    at 8.0 s because nobody answered its question",
        "  exit       unknown",
        "  recovered  no",
      ]
    `);
  });

  it('tells a retry of which little is known', () => {
    const retry = {type: 'agent_retry', attempt: null, maxAttempts: null, delayMs: null} as const;
    const once = event({...retry, status: null, error: 'oops'}, {at: 500});
    expect(runLines(once, finished({}, 1000))).toContain('  retried    at 0.5 s: oops');
  });

  it('that the user stopped', () => {
    const canceled = {outcome: 'canceled', reason: 'SIGINT', exitCode: 130} as const;
    const stop = stopRequested({cause: 'cancel', clock: null, limitMs: null, lastEvidence: null}, {at: 2000});
    expect(runLines(stop, signal('SIGINT', 2000), finished(canceled, 2500))).toMatchInlineSnapshot(`
      [
        "worker 1: claude 2.1.197, 2.5 s, canceled: SIGINT",
        "  evidence   none",
        "  stopped    at 2.0 s by the user",
        "  signals    SIGINT at 2.0 s",
        "  exit       code 130",
      ]
    `);
  });

  it('whose end was recovered, and what was kept', () => {
    const kept = [{pid: 5, command: 'server'}];
    expect(
      runLines(
        finished({recovered: true}, 1000),
        ours({type: 'processes_swept', ended: [], survivors: [], kept}, 2000),
      ),
    ).toMatchInlineSnapshot(`
      [
        "worker 1: claude 2.1.197, 1.0 s, completed: success",
        "  evidence   none",
        "  left       kept 1 process: 5 server",
        "  exit       code 0",
        "  recovered  yes: the end is from the agent's own files",
      ]
    `);
  });

  it('that died says that nothing was recovered', () => {
    const died = {outcome: 'failed', exitCode: null, signal: 'SIGKILL'} as const;
    expect(runLines(finished(died, 1000)).slice(-2)).toEqual([
      '  exit       signal SIGKILL',
      '  recovered  no',
    ]);
  });

  it('of an auditor tells its verdict', () => {
    const verdict = (word: 'DONE' | null) =>
      ours({type: 'verdict', verdict: word, reason: 'three lines', feedback: null, how: 'json'}, 2000);
    expect(runLines(finished({}, 1000), verdict('DONE')).at(-1)).toBe('  verdict    DONE: three lines');
    expect(runLines(finished({}, 1000), verdict(null)).at(-1)).toBe('  verdict    unclear: three lines');
  });

  it('of a check tells what was checked and what came of it', () => {
    const check = runStarted({executor: 'command', agentVersion: null}, {role: 'check'});
    const end = finished({outcome: 'failed', reason: 'exit code 1', exitCode: 1}, 1500);
    const story = explained([
      started(),
      check,
      end,
      checkFinished(),
      checkFinished({check: 'never started'}),
    ]);
    expect(story.runs).toHaveLength(1);
    expect(story.runs[0]!.check).toEqual({check: 'npm test', result: 'red', reason: 'exit code 1: 2 failed'});
    expect(lines([started(), check, end, checkFinished()]).slice(1, 5)).toEqual([
      'check 1: command, 1.5 s, failed: exit code 1',
      '  evidence   none',
      '  exit       code 1',
      '  check      red: npm test',
    ]);
  });

  it('of an agent is not told as that of a check which could not be started', () => {
    const story = explained([started(), runStarted(), finished({}, 10), checkFinished({result: 'unable'})]);
    expect(story.runs[0]!.check).toBeNull();
  });

  it.each<[Parameters<typeof runRetry>[0], string]>([
    [{}, '  then       run again in its own session, after 5.0 s'],
    [{how: 'again'}, '  then       run again in a new session, after 5.0 s'],
    [{how: 'fallback', executor: 'cline', delayMs: 0}, '  then       cline took over'],
  ])('that failed tells what followed: %j', (more, text) => {
    const end = finished({outcome: 'failed', reason: 'exit code 3', exitCode: 3}, 1000);
    expect(runLines(end, runRetry(more)).at(-1)).toBe(text);
  });

  it('that was started anew after a refused flag is one run', () => {
    const again = runStarted({agentVersion: null}, {at: 1000});
    expect(runLines(again, finished({}, 3000))[0]).toBe('worker 1: claude, 2.0 s, completed: success');
  });

  it('has no control sequence in its lines', () => {
    const evil = '\x1b]0;title\x07\x9b31mred';
    const all = [
      started(evil),
      runStarted({agentVersion: evil}),
      event({type: 'agent_ask', ask: 'question', text: evil}),
      stopRequested({lastEvidence: {...NO_EVIDENCE, output: {what: evil, agoMs: 1}}}),
      ours({type: 'processes_swept', ended: [{pid: 1, command: evil}], survivors: [], kept: []}, 1),
      finished({outcome: 'failed', reason: evil}, 2),
      ended('failed', evil),
    ];
    const context = {dir: evil, nowMs: 0, gaps: noGaps()};
    expect(explanationLines(explained(all), context).join('\n')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(JSON.stringify(explained(all))).not.toMatch(/\\u00|[\x7f-\x9f]/);
  });
});

describe('a log without an end', () => {
  it('is explained as far as it goes', () => {
    expect(
      lines([started(), runStarted(), ours({type: 'note', level: 'info', code: 'X', text: ''}, 5000)]),
    ).toMatchInlineSnapshot(`
      [
        "",
        "worker 1: claude 2.1.197, 5.0 s, no end in the log",
        "  evidence   none",
        "",
        "no end in the log; its last event is 1:35 old",
        "next: If no oneshot is at work on it any more, it was killed: oneshot resume s goes on with it.",
      ]
    `);
  });

  it('says what of it could not be read', () => {
    const gaps = {...noGaps(), torn: true, skippedLines: 2, misplacedLines: 3, lostBytes: 4};
    expect(lines([], gaps)).toMatchInlineSnapshot(`
      [
        "",
        "nothing was recorded",
        "the last line of the log is unfinished and was left out",
        "lines of the log that could not be read: 2",
        "lines of the log that are out of order: 3",
        "bytes of the log that are gone: 4",
        "next: Do not rely on what the log says: check the work itself, and the disk.",
      ]
    `);
  });

  it('does not rely on the ending that a damaged log tells', () => {
    expect(lines([started(), ended('verified')], {...noGaps(), misplacedLines: 1})).toContain(
      'damaged: the log is not what was written; it says that the session ended verified: why',
    );
  });
});

describe('the next step', () => {
  const run = (more: Partial<RunFinished> = {}) => [runStarted(), finished(more, 1000)];
  const resumedWithoutAudit = ours(
    {
      type: 'session_resumed',
      from: 'interrupted',
      instructions: null,
      maxIterations: 1,
      worker: {executor: 'claude', adapter: 'claude', model: null, permissionMode: 'agent', agentArgs: []},
      auditor: null,
      fallback: null,
      rules: DEFAULT_RULES,
      oneshotVersion: '0',
      nodeVersion: '20',
      platform: 'linux',
    },
    500,
  );
  const survivors = ours(
    {type: 'processes_swept', ended: [], survivors: [{pid: 8, command: 'x'}], kept: []},
    900,
  );

  it.each<[OneshotEvent[], string]>([
    [[started(null, false), ...run(), ended('unverified')], 'Nothing: the program came to its end.'],
    [[started(), ...run(), ended('verified')], 'Nothing: the work is verified.'],
    [[started('t', false), ...run(), ended('unverified')], 'Look at the work: nobody else has judged it.'],
    [
      [started(), ...run(), resumedWithoutAudit, ...run(), ended('unverified')],
      'Look at the work: nobody else has judged it.',
    ],
    [
      [started(), ...run(), ended('unverified')],
      'Look at the work yourself, correct the check that could not run, or choose another --auditor-executor or model.',
    ],
    [
      [started(), ...run(), ended('exhausted')],
      'Go on with more: oneshot resume s --max-iterations N; or make the task smaller.',
    ],
    [[started(), ...run(), ended('interrupted')], 'Go on with it: oneshot resume s.'],
    [[started(null, false), ...run(), ended('interrupted')], 'Run it again when you want to.'],
    [[started(null, false), runStarted()], 'If no oneshot is at work on it any more, run it again.'],
    [[started(), ended('failed')], 'Correct what the reason says, and run it again.'],
    [
      [started(), ...run({outcome: 'failed', exitCode: 1}), ended('failed')],
      `What it said last is in ${DIR}/1/worker.stdout and ${DIR}/1/worker.stderr.`,
    ],
    [
      [started(), ...run({outcome: 'truncated'}), ended('failed')],
      `Run it again; what it said last is in ${DIR}/1/worker.stdout and ${DIR}/1/worker.stderr.`,
    ],
    [
      [started(), runStarted(), stopRequested({clock: 'grace'}), survivors, ended('failed')],
      `Look for these processes and end them: 8. What it said last is in ${DIR}/1/worker.stdout and ${DIR}/1/worker.stderr.`,
    ],
    [
      [started(), runStarted(), stopRequested({clock: 'tool'}), ended('failed')],
      'Raise --tool-timeout if the tool needs longer; else keep the agent from calling it.',
    ],
    [
      [started(), runStarted(), stopRequested({clock: null}), ended('failed')],
      `What it said last is in ${DIR}/1/worker.stdout and ${DIR}/1/worker.stderr.`,
    ],
  ])('is one line (%#)', (events, step) => expect(lines(events).at(-1)).toBe(`next: ${step}`));
});

it('the title of a program is its command', () => {
  const events = [started(null), runStarted({executor: 'command', argv: ['npm', 'test']})];
  expect(explained(events).title).toBe('npm test');
});
