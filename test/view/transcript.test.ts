import {describe, expect, it} from 'vitest';
import type {OneshotEvent} from '../../src/event.ts';
import {DEFAULT_RULES} from '../../src/loop/options.ts';
import {Transcript, type Verbosity} from '../../src/view/transcript.ts';
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

/** The lines and texts that a person reads; `break`s left out. */
function read(events: OneshotEvent[], verbosity: Verbosity = 'normal', agentOutput = true): string[] {
  const transcript = new Transcript({verbosity, agentOutput});
  return events
    .flatMap((one) => transcript.pieces(one))
    .flatMap((piece) => (piece.kind === 'break' ? [] : [piece.text]));
}

const started = event({
  type: 'session_started',
  task: 't',
  cwd: '/',
  maxIterations: 5,
  worker: null,
  auditor: null,
  audit: true,
  fallback: null,
  rules: null,
  oneshotVersion: '0',
  nodeVersion: '20',
  platform: 'linux',
});

const thought = event({
  type: 'agent_thought_chunk',
  content: {type: 'text', text: 'hm'},
  messageId: null,
  parentToolCallId: null,
});

const warning = event({type: 'note', level: 'warning', code: 'TRANSPORT_FALLBACK', text: 'no PTY'});

describe('the transcript', () => {
  it('streams the text of the agent without its control sequences', () => {
    expect(read([says('\x1b[31mred\x1b[0m'), says(' and\x07 so on\n')])).toEqual(['red', ' and so on\n']);
  });

  it('begins a new message on a new line', () => {
    const transcript = new Transcript({verbosity: 'normal', agentOutput: true});
    const kinds = [says('a', '1'), says('b', '1'), says('c', '2')].map((one) =>
      transcript.pieces(one).map(({kind}) => kind),
    );
    expect(kinds).toEqual([['break', 'text'], ['text'], ['break', 'text']]);
  });

  it('shows thoughts under verbose only', () => {
    expect(read([thought])).toEqual([]);
    expect(read([thought], 'verbose')).toEqual(['hm']);
  });

  it('shows a tool call with its target, state and duration', () => {
    const done = event({type: 'tool_call_update', toolCallId: '1', status: 'completed'}, {at: 1300});
    expect(read([toolCall('1', 'Write notes.txt', 1000), done])).toEqual([
      '→ Write notes.txt',
      '✓ Write notes.txt (0.3 s)',
    ]);
  });

  it('shows why a tool call failed', () => {
    const content = [{type: 'text' as const, text: 'no such\nfile'}];
    const failed = event(
      {type: 'tool_call_update', toolCallId: '1', status: 'failed', content},
      {at: 42_000},
    );
    expect(read([toolCall('1', 'Bash rm x', 0), failed]).at(-1)).toBe(
      '✗ Bash rm x (42 s) failed: no such file',
    );
  });

  it('shows the start of a tool call once its target is known', () => {
    const begun = toolCall('1', 'Bash', 0);
    const better = event({type: 'tool_call_update', toolCallId: '1', title: 'Bash npm test'});
    const done = event({type: 'tool_call_update', toolCallId: '1', status: 'completed'});
    expect(read([begun])).toEqual([]);
    expect(read([begun, better, done])).toEqual(['→ Bash npm test', '✓ Bash npm test (0.0 s)']);
    expect(read([begun, done])).toEqual(['✓ Bash (0.0 s)']);
  });

  it('names the end of a tool call whose start it has not seen', () => {
    expect(read([event({type: 'tool_call_update', toolCallId: 'x9', status: 'completed'})])).toEqual([
      '✓ x9',
    ]);
  });

  it('shows tool output under verbose', () => {
    const content = [{type: 'text' as const, text: 'output'}];
    const update = event({type: 'tool_call_update', toolCallId: '1', content});
    expect(read([toolCall('1', 'Bash ls', 0), update], 'verbose')).toEqual(['→ Bash ls', 'output']);
  });

  it.each([
    [
      {attempt: 2, maxAttempts: 10, delayMs: 4000, status: 529, error: 'overloaded'},
      'retry 2 of 10 in 4.0 s: overloaded (529)',
    ],
    [{attempt: null, maxAttempts: null, delayMs: null, status: null, error: 'oops'}, 'retry: oops'],
  ])('shows a retry with what is known of it', (retry, line) => {
    expect(read([event({type: 'agent_retry', ...retry})])).toEqual([line]);
  });

  it('shows tokens, cost and duration at the end of a run', () => {
    const usage = {inputTokens: 12_345, outputTokens: 678, costUsd: 0.0123, turns: null};
    expect(read([runStarted(), runFinished({usage}, {at: 5000})])).toEqual([
      'worker: claude 2.1.197, permission mode agent, pty',
      'worker completed (5.0 s, 12.3k tokens in, 678 out, $0.0123)',
    ]);
  });

  it('shows why a run failed', () => {
    expect(read([runFinished({outcome: 'failed', reason: 'HTTP 401'})])).toEqual(['worker failed: HTTP 401']);
  });

  it('shows a denied tool with the flag that would allow it', () => {
    const permissionDenials = [
      {toolName: 'Write', toolCallId: '1'},
      {toolName: 'Bash', toolCallId: '2'},
      {toolName: 'WebFetch', toolCallId: null},
    ];
    const events = [
      toolCall('1', 'Write a.txt', 0),
      toolCall('2', 'Bash make', 0, 'execute'),
      runFinished({permissionDenials}),
    ];
    expect(read(events, 'quiet')).toEqual([
      'denied: Write a.txt; --permission-mode edit would allow it',
      'denied: Bash make; --permission-mode full would allow it',
      'denied: WebFetch; --permission-mode full would allow it',
    ]);
  });

  it('tells of a denied tool once, as soon as it is known', () => {
    const text = 'Write was denied; --permission-mode edit would allow it.';
    const note = event({type: 'note', level: 'warning', code: 'PERMISSION_DENIED', text});
    const permissionDenials = [{toolName: 'Write', toolCallId: '1'}];
    expect(read([runStarted(), note, runFinished({permissionDenials})], 'quiet')).toEqual([
      `oneshot: warning: PERMISSION_DENIED: ${text}`,
    ]);
    expect(read([note, runStarted(), runFinished({permissionDenials})], 'quiet')).toHaveLength(2);
  });

  it('does not offer a flag to an auditor', () => {
    const note = {type: 'note', level: 'warning', code: 'PERMISSION_DENIED', text: 'x'} as const;
    const permissionDenials = [{toolName: 'Write', toolCallId: null}];
    expect(
      read([event(note, {role: 'auditor'}), runFinished({permissionDenials}, {role: 'auditor'})], 'quiet'),
    ).toEqual(['denied: Write; an auditor may only read']);
  });

  it('says a warning once, and also when it is to be quiet', () => {
    expect(read([warning, warning], 'quiet')).toEqual(['oneshot: warning: TRANSPORT_FALLBACK: no PTY']);
  });

  it('shows the verdict and the feedback', () => {
    const verdict = event({
      type: 'verdict',
      verdict: 'RETRY',
      reason: 'two lines',
      feedback: 'add one',
      how: 'json',
    });
    expect(read([verdict])).toEqual(['verdict RETRY: two lines', 'feedback: add one']);
    const none = event({type: 'verdict', verdict: null, reason: 'no JSON', feedback: null, how: 'none'});
    expect(read([none])).toEqual(['verdict unclear: no JSON']);
  });

  it('shows the plan', () => {
    const entries = (['pending', 'in_progress', 'completed'] as const).map((status) => ({
      content: `to be ${status}`,
      priority: 'medium' as const,
      status,
    }));
    expect(read([event({type: 'plan', entries})])).toEqual([
      '☐ to be pending',
      '▶ to be in_progress',
      '☑ to be completed',
    ]);
  });

  it('shows what is no JSON as it is, and unknown events under verbose', () => {
    const text = event({type: 'unparsed', reason: 'text', text: 'Not \x1b[1mauthenticated'});
    const unknown = event({type: 'unparsed', reason: 'unknown', value: {type: 'new'}});
    const oversized = event({type: 'unparsed', reason: 'oversized'});
    expect(read([text, unknown, oversized])).toEqual([
      'Not authenticated',
      'a frame larger than --max-frame was not read',
    ]);
    expect(read([unknown], 'verbose')).toEqual(['unknown event {"type":"new"}']);
  });

  it('cuts a text that no terminal should be flooded with', () => {
    const [shown = ''] = read([says('x'.repeat(100_000))]);
    expect(shown).toHaveLength(64 * 1024 + '… (34464 more characters in the log)'.length);
  });

  it('shows every event in one line under debug, with argv and the reason of the transport', () => {
    const lines = read([runStarted()], 'debug');
    expect(lines[0]).toMatch(/^\[1\] run_started \{"iteration":1,/);
    expect(lines.slice(2)).toEqual(['argv ["claude","-p"]', 'transport pty: there is one']);
  });

  it('leaves the output of the program alone where it goes elsewhere', () => {
    const text = event({type: 'unparsed', reason: 'text', text: 'hello'});
    const ended = event({
      type: 'session_finished',
      ending: 'failed',
      reason: 'exit 3',
      text: null,
      iterations: 1,
    });
    expect(read([started, runStarted(), text, runFinished(), ended, warning], 'quiet', false)).toEqual([
      'oneshot: warning: TRANSPORT_FALLBACK: no PTY',
    ]);
  });

  it('says in debug what it would not say otherwise about a program', () => {
    expect(read([started], 'debug', false).at(-1)).toBe('session s');
  });
});

describe('signs of life in the transcript', () => {
  const body = (more: Parameters<typeof event>[0]) => event(more, {source: 'runner'});

  /** The line of one event, with its style; `!` marks what is urgent. */
  function lineOf(one: OneshotEvent, verbosity: Verbosity = 'normal'): string[] {
    const pieces = new Transcript({verbosity, agentOutput: true}).pieces(one);
    return pieces.map((piece) =>
      piece.kind === 'line' ? `${piece.style}${piece.urgent ? '!' : ''} ${piece.text}` : piece.kind,
    );
  }

  it('an agent that asks is urgent', () => {
    expect(lineOf(body({type: 'agent_ask', ask: 'question', text: 'which \x1b[1mfile?'}))).toEqual([
      'yellow! the agent asks: which file?',
    ]);
    expect(lineOf(body({type: 'agent_ask', ask: 'permission', text: 'run make'}), 'quiet')).toEqual([
      'yellow! the agent asks for a permission: run make',
    ]);
  });

  it('evidence is told under verbose only', () => {
    const evidence = body({type: 'evidence', kind: 'files', what: 'ui_messages.json changed'});
    expect(lineOf(evidence)).toEqual([]);
    expect(lineOf(evidence, 'verbose')).toEqual(['dim files: ui_messages.json changed']);
  });

  it('a silence is told with its limit, and why it is allowed', () => {
    const limit = {clock: 'idle', limitMs: 120_000} as const;
    const suspected = {type: 'stall_suspected', silentMs: 60_012, lastEvidence: NO_EVIDENCE} as const;
    expect(lineOf(body({...suspected, ...limit}))).toEqual([
      'yellow quiet for 60 s; the idle limit is 120 s',
    ]);
    const extended = {type: 'timeout_extended', reason: 'files: x changed', extraMs: 5000} as const;
    expect(lineOf(body({...extended, ...limit}))).toEqual([
      'dim past the idle limit of 120 s, and it goes on: files: x changed',
    ]);
  });

  it('a stop is told with its reason, urgent where the user has not asked for it', () => {
    expect(lineOf(stopRequested({reason: 'no sign of life'}))).toEqual([
      'yellow! stopping the run: no sign of life',
    ]);
    const canceled = stopRequested({cause: 'cancel', clock: null, reason: 'SIGINT'});
    expect(lineOf(canceled)).toEqual(['yellow stopping the run: SIGINT']);
    expect(lineOf(canceled, 'quiet')).toEqual([]);
    expect(lineOf(stopRequested({clock: 'grace'}), 'quiet')).toEqual([]);
  });

  it('processes left behind are told, urgent where they are still there', () => {
    const ended = [{pid: 7, command: 'sleep 100'}];
    const kept = [1, 2, 3, 4, 5, 6, 7].map((pid) => ({pid, command: 'node\x1b[2J server'}));
    expect(lineOf(body({type: 'processes_swept', ended, survivors: [], kept: []}))).toEqual([
      'dim left running by the agent, ended: 1 process: 7 sleep 100',
    ]);
    expect(lineOf(body({type: 'processes_swept', ended, survivors: ended, kept}), 'quiet')).toEqual([
      'yellow! could not be ended: 1 process: 7 sleep 100',
      'yellow! left running, as you asked: 7 processes: 1 node server, 2 node server, 3 node server, 4 node server, 5 node server, 2 more',
    ]);
  });

  it('an end that was found in files is told', () => {
    expect(read([runStarted(), runFinished({recovered: true}, {at: 5000})]).at(-1)).toBe(
      "worker completed (5.0 s, its end read from the agent's files)",
    );
  });
});

describe('the end of a session', () => {
  const end = (ending: 'verified' | 'exhausted' | 'failed' | 'unverified', reason: string, iterations = 1) =>
    event({type: 'session_finished', ending, reason, text: null, iterations});
  const withoutAudit = {...started, audit: false} as OneshotEvent;

  it.each([
    [[started, end('verified', 'all there', 2)], 'verified after 2 iterations: all there'],
    [[started, end('verified', 'all there')], 'verified after 1 iteration: all there'],
    [[withoutAudit, end('unverified', 'completed')], 'done, without an audit: completed'],
    [
      [started, end('exhausted', 'Not accepted.')],
      'oneshot: NOT_VERIFIED: Not accepted. Go on with more: oneshot resume s --max-iterations N; or make the task smaller.',
    ],
    [
      [
        started,
        runStarted({model: 'gpt-0'}),
        runFinished({outcome: 'failed'}),
        end('failed', 'model not found'),
      ],
      'oneshot: MODEL_REFUSED: model not found. Choose another model than gpt-0.',
    ],
    [
      [started, runFinished({outcome: 'stalled'}), end('failed', 'silent')],
      'oneshot: AGENT_STALLED: silent. Run it again. oneshot explain s says more.',
    ],
    [
      [started, runStarted(), stopRequested(), runFinished({outcome: 'stalled'}), end('failed', 'silent')],
      'oneshot: AGENT_STALLED: silent. Raise --idle-timeout if it was at work; else run it again. oneshot explain s says more.',
    ],
    [
      [
        started,
        stopRequested({cause: 'ask', clock: null}),
        runFinished({outcome: 'stalled'}),
        end('failed', 'asked'),
      ],
      'oneshot: AGENT_STALLED: asked. Say in the task what it asks for, or allow it with --permission-mode; --on-ask wait lets it wait. oneshot explain s says more.',
    ],
    [
      [started, stopRequested({clock: 'max'}), runFinished({outcome: 'timed-out'}), end('failed', 'late')],
      'oneshot: TIMED_OUT: late. Raise --max-timeout, or make the task smaller. oneshot explain s says more.',
    ],
    [
      [
        started,
        stopRequested({clock: 'max'}),
        runStarted(),
        runFinished({outcome: 'timed-out'}),
        end('failed', 'late'),
      ],
      'oneshot: TIMED_OUT: late. Run it again. oneshot explain s says more.',
    ],
    [
      [started, runFinished({outcome: 'truncated'}), end('failed', 'cut')],
      'oneshot: OUTPUT_TRUNCATED: cut. Run it again; --debug shows every event.',
    ],
    [
      [started, runFinished({outcome: 'failed'}), end('failed', 'HTTP 401')],
      'oneshot: AGENT_FAILED: HTTP 401. See its own words above, or run it with --debug.',
    ],
  ])('is one line, a problem with a code and the next step (%#)', (events, line) => {
    expect(read(events).at(-1)).toBe(line);
  });

  it('that is a problem is shown when it is to be quiet', () => {
    expect(read([started, end('exhausted', 'x')], 'quiet')).toHaveLength(1);
    expect(read([started, end('verified', 'x')], 'quiet')).toEqual([]);
  });
});

describe('what is remembered of a long run', () => {
  it('is no more than its newest tool calls', () => {
    const events = [runStarted(), toolCall('first', 'Bash first', 0), toolCall('second', 'Bash second', 0)];
    for (let count = 0; count < 9_999; count++) events.push(toolCall(`${count}`, 'Read x', 0));
    const done = (toolCallId: string) =>
      event({type: 'tool_call_update', toolCallId, status: 'completed'}, {at: 1000});
    const shown = read([...events, done('first'), done('second')]);
    expect(shown.slice(-2)).toEqual(['✓ first', '✓ Bash second (1.0 s)']);
  });

  it('is no more than the first warnings, which are said once', () => {
    const warning = (text: string) => event({type: 'note', level: 'warning', code: 'X', text});
    const many = Array.from({length: 1000}, (_, index) => warning(`${index}`));
    expect(read([...many, ...many])).toHaveLength(1000);
    expect(read([...many, warning('new'), warning('new')])).toHaveLength(1002);
  });
});

it('tells that a session goes on after an interruption, and under verbose what was left out', () => {
  const resumed = event({
    type: 'session_resumed',
    from: 'interrupted; the worker runs again',
    instructions: null,
    maxIterations: 3,
    worker: {executor: 'claude', adapter: 'claude', model: null, permissionMode: 'agent', agentArgs: []},
    auditor: null,
    fallback: null,
    rules: DEFAULT_RULES,
    oneshotVersion: '0',
    nodeVersion: '20',
    platform: 'linux',
  });
  const redacted = event({type: 'redacted', stream: 'stdout', offset: 0, length: 12, name: 'API_KEY'});
  expect(read([resumed, redacted])).toEqual(['session s goes on: interrupted; the worker runs again']);
  // What an agent had used is not known where its oneshot was killed.
  const lost = runFinished({outcome: 'truncated', reason: 'oneshot itself ended', usage: NO_USAGE});
  expect(read([resumed, lost]).at(-1)).toBe('worker truncated: oneshot itself ended');
  expect(read([redacted], 'verbose')).toEqual(['left out a secret of 12 bytes (API_KEY) from stdout']);
});

describe('checks', () => {
  const check = runStarted({executor: 'command', argv: ['/bin/sh', '-c', 'npm test']}, {role: 'check'});
  const end = runFinished({outcome: 'failed', reason: 'exit code 1'}, {role: 'check', at: 1500});

  it('are shown as they begin, with what they print, and by their result once', () => {
    const printed = event({type: 'unparsed', reason: 'text', text: '2 failed'}, {role: 'check'});
    expect(read([check, printed, end, checkFinished()])).toEqual([
      'check: npm test',
      '2 failed',
      'check red: npm test (1.5 s): exit code 1: 2 failed',
    ]);
  });

  it.each<[Parameters<typeof checkFinished>[0], string]>([
    [{result: 'green', reason: 'exit code 0', exitCode: 0}, 'check green: npm test (1.5 s)'],
    [
      {result: 'unable', reason: 'there is no such command'},
      'check unable: npm test (1.5 s): there is no such command',
    ],
    [{check: 'npm\n\x1b[31mtest', reason: '\x07beep'}, 'check red: npm test (1.5 s): beep'],
  ])('%j are told in one line', (more, text) => {
    expect(read([checkFinished(more)])).toEqual([text]);
  });
});

describe('a run that is made again', () => {
  it.each<[Parameters<typeof runRetry>[0], string]>([
    [{}, 'run again, 1 of 2, in 5.0 s: exit code 3'],
    [{how: 'again', attempt: 2, delayMs: 15_000}, 'run again, 2 of 2, in 15 s: exit code 3'],
    [{how: 'fallback', executor: 'cline', delayMs: 0}, 'cline takes over: exit code 3'],
  ])('%j says when, by whom and why', (more, text) => {
    expect(read([runRetry(more)])).toEqual([text]);
    expect(read([runRetry(more)], 'quiet')).toEqual([]);
  });
});

it('tells under verbose alone what the files are, and why they cannot be told', () => {
  const snapshot = {type: 'worktree_snapshot', head: null, branch: null} as const;
  const git = event({...snapshot, kind: 'git', id: 'git:1', reason: null});
  const none = event({...snapshot, kind: 'none', id: null, reason: 'there are more than 100000 files'});
  expect(read([git, none])).toEqual([]);
  expect(read([git, none], 'verbose')).toEqual([
    'files as of now: git git:1',
    'files cannot be told apart: there are more than 100000 files',
  ]);
});
