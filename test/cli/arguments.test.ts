import {describe, expect, it} from 'vitest';
import {DEFAULT_ACTIVITY} from '../../src/activity/options.ts';
import {parseArguments} from '../../src/cli/arguments.ts';
import {errorLine} from '../../src/cli/complain.ts';
import {exitCodeOfError} from '../../src/cli/exit-code.ts';
import type {RunOptions} from '../../src/cli/invocation.ts';

const HERE = {env: {}, cwd: '/here', version: '1.2.3'};

function parse(argv: string[], env: Record<string, string> = {}) {
  return parseArguments(argv, {...HERE, env});
}

function runOptions(argv: string[], env: Record<string, string> = {}): RunOptions {
  const invocation = parse(argv, env);
  if (invocation.command !== 'run') throw new Error(`parsed as ${invocation.command}`);
  return invocation.options;
}

/** The exit code and the line that a user sees. */
function complaint(argv: string[], env: Record<string, string> = {}): {code: number; line: string} {
  try {
    parse(argv, env);
  } catch (error) {
    return {code: exitCodeOfError(error), line: errorLine(error)};
  }
  throw new Error(`accepted: ${argv.join(' ')}`);
}

const NO_RULES = {
  checks: null,
  checkTimeoutMs: null,
  criteriaPath: null,
  maxCostUsd: null,
  maxTokens: null,
  maxTurns: null,
  agentRetries: null,
};

describe('a task', () => {
  it('has these defaults', () => {
    expect(parse(['do it'])).toEqual({
      command: 'run',
      options: {
        prompt: {from: 'argument', text: 'do it'},
        executor: 'auto',
        auditorExecutor: null,
        direct: {worker: null, auditor: null},
        fallbackExecutor: null,
        rules: NO_RULES,
        workerModel: null,
        auditorModel: null,
        maxIterations: 5,
        audit: true,
        permissionMode: 'agent',
        transport: 'auto',
        maxFrameBytes: 64 * 1024 * 1024,
        cwd: '/here',
        env: {},
        agentArgs: [],
        redact: true,
        redactEnv: [],
        promptHeaders: {worker: null, auditor: null, reworker: null},
        templates: {worker: null, reworker: null, auditor: null},
        notes: [],
        activity: DEFAULT_ACTIVITY,
        keepProcesses: false,
        worktree: false,
        worktreeLock: true,
        sessionLog: null,
        metrics: false,
        otel: false,
        notify: {onEnd: [], notifyUrl: null, notifyFormat: 'json'},
        json: false,
        verbosity: 'normal',
      },
    });
  });

  it('takes every option', () => {
    const argv = [
      ...[
        '--executor',
        'cline',
        '--auditor-executor',
        'claude',
        '--worker-model',
        'a',
        '--auditor-model',
        'b',
      ],
      ...['--max-iterations', '2', '--no-audit', '--permission-mode', 'edit', '--transport', 'pipe'],
      ...['--max-frame', '1MiB', '--cwd', 'sub', '--env', 'A=1', '--env', 'B=x=y', '--agent-arg', '--foo'],
      ...['--agent-arg=-x', '--json', '--verbose', 'do it'],
      ...['--initial-timeout', '90', '--idle-timeout', 'off', '--tool-timeout', '2h', '--max-timeout', '3h'],
      ...['--activity-interval', '500ms', '--monitor', 'processes,output', '--on-ask', 'wait'],
      ...['--worker-prompt-header', '- be brief', '--auditor-prompt-header', 'b', '--reworker-prompt-header'],
      ...[
        'c',
        '--no-redact',
        '--redact-env',
        'A',
        '--redact-env',
        'B',
        '--keep-processes',
        '--session-log',
        'log.md',
        '--worktree',
        '--no-worktree-lock',
        '--on-end',
        'a',
        '--on-end',
        '-b c',
        '--notify-url',
        'https://127.0.0.1/x',
        '--notify-format',
        'slack',
        '--worker-template',
        'w.md',
        '--auditor-template',
        '/a.md',
      ],
      ...[
        '--check',
        'npm test',
        '--check',
        'npm run lint',
        '--check-timeout',
        '1m',
        '--criteria',
        'criteria.md',
      ],
      ...['--max-cost', '$2.50', '--max-tokens', '1.5M', '--max-turns', 'off', '--agent-retries', '0'],
      ...['--fallback-executor', 'auto', '--metrics', '--otel'],
    ];
    expect(runOptions(argv)).toEqual({
      prompt: {from: 'argument', text: 'do it'},
      executor: 'cline',
      auditorExecutor: 'claude',
      direct: {worker: null, auditor: null},
      fallbackExecutor: 'auto',
      rules: {
        checks: ['npm test', 'npm run lint'],
        checkTimeoutMs: 60_000,
        criteriaPath: '/here/criteria.md',
        maxCostUsd: 2.5,
        maxTokens: 1_500_000,
        maxTurns: 'off',
        agentRetries: 0,
      },
      workerModel: 'a',
      auditorModel: 'b',
      maxIterations: 2,
      audit: false,
      permissionMode: 'edit',
      transport: 'pipe',
      maxFrameBytes: 1024 * 1024,
      cwd: '/here/sub',
      env: {A: '1', B: 'x=y'},
      agentArgs: ['--foo', '-x'],
      redact: false,
      redactEnv: ['A', 'B'],
      promptHeaders: {worker: '- be brief', auditor: 'b', reworker: 'c'},
      templates: {worker: '/here/w.md', reworker: null, auditor: '/a.md'},
      notes: [],
      activity: {
        limits: {
          initialMs: 90_000,
          idleMs: null,
          toolMs: 7_200_000,
          maxMs: 10_800_000,
          intervalMs: 500,
        },
        monitor: ['output', 'processes'],
        onAsk: 'wait',
      },
      keepProcesses: true,
      worktree: true,
      worktreeLock: false,
      sessionLog: '/here/log.md',
      metrics: true,
      otel: true,
      notify: {onEnd: ['a', '-b c'], notifyUrl: 'https://127.0.0.1/x', notifyFormat: 'slack'},
      json: true,
      verbosity: 'verbose',
    });
  });

  it('may follow or precede its options', () => {
    expect(runOptions(['do it', '--json'])).toEqual(runOptions(['--json', 'do it']));
    expect(runOptions(['run', 'do it', '--json'])).toEqual(runOptions(['--json', 'do it']));
  });

  it('of one word is a task under run', () => {
    expect(runOptions(['run', 'doctor']).prompt).toEqual({from: 'argument', text: 'doctor'});
  });

  it('that begins with a dash comes after --', () => {
    expect(runOptions(['--', '--help me']).prompt).toEqual({from: 'argument', text: '--help me'});
    expect(runOptions(['run', '--', '-v']).prompt).toEqual({from: 'argument', text: '-v'});
  });

  it.each([
    [['-'], {from: 'stdin'}],
    [['run', '-'], {from: 'stdin'}],
    [['--file', '-'], {from: 'stdin'}],
    [['--file', 'task.md'], {from: 'file', path: '/here/task.md'}],
    [['run', '--file', '/abs/task.md'], {from: 'file', path: '/abs/task.md'}],
  ])('is read from elsewhere: %j', (argv, prompt) => expect(runOptions(argv).prompt).toEqual(prompt));
});

describe('the transport', () => {
  it.each([
    [['a b'], {}, 'auto'],
    [['a b', '--no-streaming'], {}, 'buffered'],
    [['a b', '--no-streaming', '--transport', 'buffered'], {}, 'buffered'],
    [['a b'], {ONESHOT_DISABLE_STREAMING: '1'}, 'buffered'],
    [['a b'], {ONESHOT_DISABLE_STREAMING: 'true'}, 'buffered'],
    [['a b'], {ONESHOT_DISABLE_STREAMING: '0'}, 'auto'],
    [['a b', '--transport', 'pty'], {ONESHOT_DISABLE_STREAMING: '1'}, 'pty'],
    [['a b', '--transport', 'auto'], {ONESHOT_DISABLE_STREAMING: '1'}, 'auto'],
  ])('of %j with %j is %s', (argv, env, transport) => {
    expect(runOptions(argv, env as Record<string, string>).transport).toBe(transport);
  });
});

describe('how much stderr says', () => {
  it.each([
    [['--quiet'], 'quiet'],
    [['--verbose'], 'verbose'],
    [['--debug'], 'debug'],
    [['--verbose', '--debug'], 'debug'],
  ])('under %j is %s', (flags, verbosity) => expect(runOptions([...flags, 'a b']).verbosity).toBe(verbosity));
});

describe('sizes of frames', () => {
  it.each([
    ['1048576', 1_048_576],
    ['64MiB', 64 * 1024 * 1024],
    ['10 MB', 10_000_000],
    ['2kib', 2048],
    ['512B', 512],
    ['512MiB', 512 * 1024 * 1024],
  ])('%s is %d bytes', (given, bytes) =>
    expect(runOptions(['a b', '--max-frame', given]).maxFrameBytes).toBe(bytes),
  );
});

describe('times', () => {
  it.each([
    ['90', 90_000],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1 h', 3_600_000],
    ['500ms', 500],
    ['1.5m', 90_000],
    ['0.5', 500],
    ['1ms', 1],
    ['off', null],
  ])('%s is %s ms', (given, ms) =>
    expect(runOptions(['a b', '--idle-timeout', given]).activity.limits.idleMs).toBe(ms),
  );

  it('may be as long as a timer takes', () => {
    const {limits} = runOptions(['a b', '--max-timeout', '500h', '--tool-timeout=500h']).activity;
    expect(limits).toMatchObject({toolMs: 1_800_000_000, maxMs: 1_800_000_000});
  });
});

describe('the limits of a task', () => {
  const limits = (...argv: string[]) => runOptions(['a b', ...argv]).activity.limits;

  it('that nobody gave are no longer than the one of the whole run', () => {
    expect(limits('--max-timeout', '60s')).toMatchObject({
      initialMs: 60_000,
      idleMs: 60_000,
      toolMs: 60_000,
      maxMs: 60_000,
    });
    expect(limits('--max-timeout', '60s', '--idle-timeout', '60s')).toMatchObject({idleMs: 60_000});
  });

  it('have no upper end once the whole run has none', () => {
    expect(limits('--max-timeout', 'off', '--tool-timeout', '9h')).toMatchObject({
      initialMs: 300_000,
      toolMs: 32_400_000,
      maxMs: null,
    });
  });

  it('that are off contradict nothing', () => {
    expect(limits('--max-timeout', '1s', '--tool-timeout', 'off')).toMatchObject({
      toolMs: null,
      idleMs: 1000,
    });
  });

  it('take each kind of evidence once', () => {
    const {monitor} = runOptions(['a b', '--monitor', 'files, output,files']).activity;
    expect(monitor).toEqual(['output', 'files']);
  });
});

describe('exec', () => {
  const exec = (argv: string[]) => {
    const invocation = parse(['exec', ...argv]);
    return invocation.command === 'exec' ? invocation.options : null;
  };

  it('leaves everything from the program on alone', () => {
    expect(exec(['--json', '--', 'ls', '-la', '--json', '--'])).toMatchObject({
      argv: ['ls', '-la', '--json', '--'],
      json: true,
      stdin: false,
    });
    expect(exec(['ls', '--help', '--', 'x'])).toMatchObject({argv: ['ls', '--help', '--', 'x'], json: false});
  });

  it('has no clocks but those that are given', () => {
    const off = {initialMs: null, idleMs: null, toolMs: null, maxMs: null, intervalMs: 30_000};
    expect(exec(['--', 'x'])).toMatchObject({
      activity: {limits: off, monitor: ['output', 'processes']},
      keepProcesses: false,
    });
    const given = [
      '--idle-timeout',
      '2h',
      '--monitor',
      'files',
      '--keep-processes',
      '--',
      'x',
      '--max-timeout',
    ];
    expect(exec(given)).toMatchObject({
      argv: ['x', '--max-timeout'],
      activity: {limits: {...off, idleMs: 7_200_000}, monitor: ['files']},
      keepProcesses: true,
    });
    expect(exec(['--max-timeout', '5s', '--', 'x'])?.activity.limits).toEqual({...off, maxMs: 5000});
  });

  it('takes its own options', () => {
    expect(
      exec(['--stdin', '--quiet', '--no-streaming', '--cwd', '/tmp', '--env', 'A=', '--', 'x']),
    ).toMatchObject({
      stdin: true,
      verbosity: 'quiet',
      transport: 'buffered',
      cwd: '/tmp',
      env: {A: ''},
    });
  });
});

describe('normalize', () => {
  it('reads stdin, and knows nothing of the exit, unless told', () => {
    expect(parse(['normalize', '--executor', 'claude'])).toEqual({
      command: 'normalize',
      options: {
        executor: 'claude',
        exitCode: null,
        exitSignal: null,
        stopped: false,
        stderrPath: null,
        path: null,
      },
    });
    const told = ['--executor=cline', '--exit-signal', 'SIGTERM', '--stopped', '--stderr', 'err', 'out'];
    expect(parse(['normalize', ...told])).toEqual({
      command: 'normalize',
      options: {
        executor: 'cline',
        exitCode: null,
        exitSignal: 'SIGTERM',
        stopped: true,
        stderrPath: '/here/err',
        path: '/here/out',
      },
    });
  });
});

describe('the other commands', () => {
  it.each([
    [['doctor'], {command: 'doctor', options: {json: false}}],
    [['doctor', '--json'], {command: 'doctor', options: {json: true}}],
    [['explain'], {command: 'explain', options: {session: 'last', json: false}}],
    [['explain', '9f3c0a', '--json'], {command: 'explain', options: {session: '9f3c0a', json: true}}],
    [
      ['demo', '--json'],
      {
        command: 'demo',
        options: {
          json: true,
          verbosity: 'normal',
          transport: 'auto',
          activity: DEFAULT_ACTIVITY,
          keepProcesses: false,
          redact: true,
          redactEnv: [],
          metrics: false,
          otel: false,
          notify: {onEnd: [], notifyUrl: null, notifyFormat: 'json'},
        },
      },
    ],
    [['--version'], {command: 'print', text: '1.2.3\n'}],
  ])('%j', (argv, invocation) => expect(parse(argv)).toEqual(invocation));

  it.each([[['--help']], [['-h']], [['help']]])('%j shows the commands and the options of a task', (argv) => {
    const invocation = parse(argv);
    const text = invocation.command === 'print' ? invocation.text : '';
    for (const word of ['exec', 'doctor', '--permission-mode', '--max-iterations', 'Exit codes']) {
      expect(text).toContain(word);
    }
  });

  it.each([[['run', '--help']], [['help', 'run']], [['--json', '--help']]])(
    '%j shows the help of run',
    (argv) => {
      const invocation = parse(argv);
      expect(invocation.command === 'print' && invocation.text).toContain('Usage: oneshot run');
    },
  );
});

describe('wrong input is one line with a code and the next step, and exit code 2', () => {
  it.each<[string[], string]>([
    [
      [],
      'oneshot: EMPTY_PROMPT: there is no task. Say what to do: oneshot "fix the failing test", or see oneshot --help.',
    ],
    [
      ['run'],
      'oneshot: EMPTY_PROMPT: there is no task. Say what to do: oneshot "fix the failing test", or see oneshot --help.',
    ],
    [
      ['docter'],
      'oneshot: UNKNOWN_COMMAND: there is no command "docter". Did you mean oneshot doctor? A task of one word needs run: oneshot run "docter".',
    ],
    [
      ['fix', 'the', 'bug'],
      'oneshot: USAGE: the task came in 3 arguments. Quote the task: oneshot "fix the bug".',
    ],
    [
      ['run', 'fix', 'it'],
      'oneshot: USAGE: the task came in 2 arguments. Quote the task: oneshot "fix the bug".',
    ],
    [['a b', '--file', 'x'], 'oneshot: USAGE: there is a task and a --file. Give one of the two.'],
    [
      ['--json', 'doctor'],
      'oneshot: USAGE: options stand before the command doctor. Put them after it: oneshot doctor …',
    ],
    [
      ['a b', '--worker-prompt-header', '--json'],
      'oneshot: INVALID_OPTION: --worker-prompt-header "--json" is not valid. --worker-prompt-header needs a text.',
    ],
    [
      ['a b', '--resume'],
      'oneshot: INVALID_OPTION: there is no option --resume. Go on with the last session: oneshot resume.',
    ],
    [
      ['run', 'a b', '--auditor-provider', 'x'],
      'oneshot: INVALID_OPTION: --auditor-provider "x" is not valid. It takes executor, for an agent with a CLI, or direct, for an endpoint.',
    ],
    [['config', 'shwo'], 'oneshot: USAGE: there is no config "shwo". Did you mean oneshot config show?'],
    [
      ['config', 'show', 'x.json'],
      'oneshot: USAGE: config show takes no file. Name it: oneshot config show --config FILE.',
    ],
    [
      ['config', 'init', 'x.json', '--home'],
      'oneshot: USAGE: there is a file and --home. Give one of the two.',
    ],
    [['trust', '--list', 'x.json'], 'oneshot: USAGE: --list stands alone. Leave out the rest.'],
    [['a b', '--jsn'], "oneshot: INVALID_OPTION: unknown option '--jsn'. Did you mean --json?"],
    [
      ['run', 'a b', '--zzzzzz'],
      "oneshot: INVALID_OPTION: unknown option '--zzzzzz'. See oneshot run --help.",
    ],
    [
      ['a b', '--executor', 'claud'],
      'oneshot: UNKNOWN_EXECUTOR: --executor "claud" is no executor. Did you mean claude? There are auto, claude, cline, command, direct.',
    ],
    [
      ['a b', '--auditor-executor', 'x'],
      'oneshot: UNKNOWN_EXECUTOR: --auditor-executor "x" is no executor. Did you mean auto? There are auto, claude, cline, command, direct.',
    ],
    [
      ['a b', '--fallback-executor', 'direct'],
      'oneshot: INVALID_OPTION: --fallback-executor "direct" is not valid. It takes auto, claude, cline: the program of a command and the endpoint of a model are those of a role.',
    ],
    [
      ['a b', '--executor', 'command'],
      'oneshot: USAGE: the command executor needs a program. Name it: --executor command --agent-arg PROGRAM --agent-arg ARGUMENT …',
    ],
    [
      ['a b', '--max-iterations', '0'],
      'oneshot: INVALID_OPTION: --max-iterations "0" is not valid. It takes a whole number from 1 on.',
    ],
    [
      ['a b', '--max-iterations', '2.5'],
      'oneshot: INVALID_OPTION: --max-iterations "2.5" is not valid. It takes a whole number from 1 on.',
    ],
    [
      ['a b', '--permission-mode', 'fulll'],
      'oneshot: INVALID_OPTION: --permission-mode "fulll" is not valid. Did you mean full? --permission-mode takes agent, read, edit, full.',
    ],
    [
      ['a b', '--transport', 'ptty'],
      'oneshot: INVALID_OPTION: --transport "ptty" is not valid. Did you mean pty? --transport takes auto, pty, pipe, buffered.',
    ],
    [
      ['a b', '--no-streaming', '--transport', 'pty'],
      'oneshot: USAGE: --no-streaming contradicts --transport pty. Give one of the two.',
    ],
    [
      ['a b', '--max-frame', '64 mebi'],
      'oneshot: INVALID_OPTION: --max-frame "64 mebi" is not valid. It takes bytes, such as 1048576 or 64MiB, at most 512MiB.',
    ],
    [
      ['a b', '--max-frame', 'many'],
      'oneshot: INVALID_OPTION: --max-frame "many" is not valid. It takes bytes, such as 1048576 or 64MiB, at most 512MiB.',
    ],
    [
      ['a b', '--max-frame', '1GiB'],
      'oneshot: INVALID_OPTION: --max-frame "1GiB" is not valid. It takes bytes, such as 1048576 or 64MiB, at most 512MiB.',
    ],
    [
      ['a b', '--env', 'NOVALUE'],
      'oneshot: INVALID_OPTION: --env "NOVALUE" is not valid. It takes NAME=VALUE, such as --env LANG=C.',
    ],
    [
      ['a b', '--worker-model', '--json'],
      'oneshot: INVALID_OPTION: --worker-model "--json" is not valid. --worker-model needs a value.',
    ],
    ...['0', '-5', '0s', '0.4ms', 'soon', '1d', '30 sec', '', '1e3', '.5s', '501h'].map(
      (given): [string[], string] => [
        ['a b', '--idle-timeout', given],
        `oneshot: INVALID_OPTION: --idle-timeout "${given}" is not valid. It takes a time such as 30s, 1.5m, 1h, 500ms, or 90 for seconds, at most 500h, or off.`,
      ],
    ),
    [
      ['a b', '--activity-interval', 'off'],
      'oneshot: INVALID_OPTION: --activity-interval "off" is not valid. It takes a time such as 30s, 1.5m, 1h, 500ms, or 90 for seconds, at most 500h.',
    ],
    [
      ['a b', '--idle-timeout', '2h'],
      'oneshot: INVALID_OPTION: --idle-timeout 2h is longer than --max-timeout 1h, the default. Raise --max-timeout or lower --idle-timeout.',
    ],
    [
      ['a b', '--initial-timeout', '90s', '--max-timeout', '1500ms'],
      'oneshot: INVALID_OPTION: --initial-timeout 90s is longer than --max-timeout 1500ms. Raise --max-timeout or lower --initial-timeout.',
    ],
    [
      ['exec', '--tool-timeout', '3m', '--max-timeout', '2m', '--', 'x'],
      'oneshot: INVALID_OPTION: --tool-timeout 3m is longer than --max-timeout 2m. Raise --max-timeout or lower --tool-timeout.',
    ],
    [
      ['a b', '--monitor', 'output,file'],
      'oneshot: INVALID_OPTION: --monitor "file" is not valid. Did you mean files? --monitor takes output, files, processes.',
    ],
    [
      ['a b', '--monitor', ''],
      'oneshot: INVALID_OPTION: --monitor "" is not valid. Did you mean files? --monitor takes output, files, processes.',
    ],
    [
      ['a b', '--on-ask', 'answer'],
      'oneshot: INVALID_OPTION: --on-ask "answer" is not valid. Did you mean stop? --on-ask takes stop, wait.',
    ],
    [
      ['exec', '--on-ask', 'wait', '--', 'x'],
      "oneshot: INVALID_OPTION: unknown option '--on-ask'. See oneshot exec --help.",
    ],
    [
      ['explain', 'a', 'b'],
      "oneshot: USAGE: too many arguments for 'explain'. Expected 1 argument but got 2. See oneshot explain --help.",
    ],
    [['a b', '--cwd'], "oneshot: USAGE: option '--cwd <dir>' argument missing. See oneshot --help."],
    [
      ['a b', '--quiet', '--verbose'],
      "oneshot: USAGE: option '--quiet' cannot be used with option '--verbose'. See oneshot --help.",
    ],
    [['exec'], "oneshot: USAGE: missing required argument 'command'. See oneshot exec --help."],
    [['exec', '--'], "oneshot: USAGE: missing required argument 'command'. See oneshot exec --help."],
    [['exec', '--jsno', '--', 'x'], "oneshot: INVALID_OPTION: unknown option '--jsno'. Did you mean --json?"],
    [
      ['normalize'],
      "oneshot: USAGE: required option '--executor <name>' not specified. See oneshot normalize --help.",
    ],
    [
      ['normalize', '--executor', 'auto'],
      'oneshot: UNKNOWN_EXECUTOR: --executor "auto" is no executor. Did you mean claude? There are claude, cline, command, direct.',
    ],
    [
      ['normalize', '--executor', 'claude', '--exit-code', '1', '--exit-signal', 'SIGINT'],
      "oneshot: USAGE: option '--exit-code <n>' cannot be used with option '--exit-signal <signal>'. See oneshot normalize --help.",
    ],
    [
      ['normalize', '--executor', 'claude', '--exit-code', '-1'],
      'oneshot: INVALID_OPTION: --exit-code "-1" is not valid. It takes a whole number from 0 on.',
    ],
    [
      ['normalize', '--executor', 'claude', '--exit-signal', '9'],
      'oneshot: INVALID_OPTION: --exit-signal "9" is not valid. It takes the name of a signal, such as SIGTERM.',
    ],
    [
      ['doctor', 'now'],
      "oneshot: USAGE: too many arguments for 'doctor'. Expected 0 arguments but got 1. See oneshot doctor --help.",
    ],
    [
      ['a b', '--executor', `evil\n\x1b[31m${'x'.repeat(100)}`],
      `oneshot: UNKNOWN_EXECUTOR: --executor "evil\\n\\u001b[31m${'x'.repeat(70)}…" is no executor. Did you mean claude? There are auto, claude, cline, command, direct.`,
    ],
  ])('%j', (argv, line) => expect(complaint(argv)).toEqual({code: 2, line}));
});

describe('a recorded session', () => {
  it('is followed, the last one if no other is named', () => {
    const options = {session: 'last', json: false, verbosity: 'normal'};
    expect(parse(['follow'])).toEqual({command: 'follow', options});
    expect(parse(['follow', 'abc', '--json', '--debug'])).toEqual({
      command: 'follow',
      options: {session: 'abc', json: true, verbosity: 'debug'},
    });
  });

  it('is played again, as fast as is said', () => {
    const options = {session: 'last', json: false, verbosity: 'normal'};
    expect(parse(['replay'])).toEqual({command: 'replay', options: {...options, speed: 1}});
    expect(parse(['replay', '--speed', '2.5x'])).toEqual({
      command: 'replay',
      options: {...options, speed: 2.5},
    });
    expect(parse(['replay', 'x', '--instant'])).toEqual({
      command: 'replay',
      options: {...options, session: 'x', speed: null},
    });
  });

  it.each(['0', '-1', 'fast', '1e9', '1001', '0.01', ''])('is not played at speed %j', (speed) => {
    const {code, line} = complaint(['replay', `--speed=${speed}`]);
    expect(code).toBe(2);
    expect(line).toMatch(/INVALID_OPTION.*from 0\.1 to 1000; --instant waits for nothing/);
  });

  it('is not played at a speed and at once', () => {
    expect(complaint(['replay', '--speed', '2', '--instant']).line).toMatch(/cannot be used with/);
  });

  it('is exported in a format that is named', () => {
    expect(parse(['export', '--format', 'md'])).toEqual({
      command: 'export',
      options: {session: 'last', format: 'md', path: null},
    });
    expect(parse(['export', 'x', '--format', 'jsonl', '--output', 'a/b'])).toEqual({
      command: 'export',
      options: {session: 'x', format: 'jsonl', path: '/here/a/b'},
    });
    expect(parse(['export', '--format', 'result', '--output', '-'])).toMatchObject({options: {path: null}});
    expect(complaint(['export']).line).toMatch(/--format/);
    expect(complaint(['export', '--format', 'asciinema']).line).toMatch(/Did you mean asciicast\?/);
  });
});
