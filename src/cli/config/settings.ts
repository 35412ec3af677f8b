/**
 * Every setting that a configuration file or a variable may give, in one table. Files, `ONESHOT_*` variables, trust,
 * `config show` and `docs/configuration.md` follow from it. Values are those of the flags, read by the same readers.
 */
import {DEFAULT_ACTIVITY} from '../../activity/options.ts';
import type {EvidenceKind, PermissionMode} from '../../event.ts';
import {DEFAULT_MAX_FRAME_BYTES} from '../../frame/frame.ts';
import {DEFAULT_MAX_ITERATIONS, DEFAULT_RULES} from '../../loop/options.ts';
import type {NotifyFormat} from '../../notify/options.ts';
import type {TransportChoice} from '../../transport/transport.ts';
import type {Verbosity} from '../../view/transcript.ts';
import {endpoint, type Provider, provider, variableName} from '../direct-options.ts';
import * as value from '../option-values.ts';
import {
  amount,
  type Form,
  names,
  source,
  strings,
  text,
  time,
  truth,
  type VariableSource,
  variables,
} from './form.ts';

type Time = number | 'off';

/** Times in ms, sizes in bytes; absent where nothing was given. */
export interface Settings {
  executor?: value.ExecutorChoice;
  auditorExecutor?: value.ExecutorChoice;
  workerModel?: string;
  auditorModel?: string;
  workerProvider?: Provider;
  auditorProvider?: Provider;
  workerEndpoint?: string;
  auditorEndpoint?: string;
  workerApiKeyEnv?: string;
  auditorApiKeyEnv?: string;
  maxIterations?: number;
  fallbackExecutor?: value.ExecutorChoice;
  check?: string[];
  checkTimeout?: number;
  criteria?: string;
  maxCost?: value.Limit;
  maxTokens?: value.Limit;
  maxTurns?: value.Limit;
  agentRetries?: number;
  audit?: boolean;
  permissionMode?: PermissionMode;
  agentArgs?: string[];
  env?: Record<string, VariableSource>;
  workerPromptHeader?: string;
  auditorPromptHeader?: string;
  reworkerPromptHeader?: string;
  workerTemplate?: string;
  reworkerTemplate?: string;
  auditorTemplate?: string;
  initialTimeout?: Time;
  idleTimeout?: Time;
  toolTimeout?: Time;
  maxTimeout?: Time;
  activityInterval?: number;
  monitor?: EvidenceKind[];
  onAsk?: value.AskPolicy;
  keepProcesses?: boolean;
  transport?: TransportChoice;
  worktree?: boolean;
  worktreeLock?: boolean;
  maxFrame?: number;
  redact?: boolean;
  redactEnv?: string[];
  metrics?: boolean;
  otel?: boolean;
  verbosity?: Verbosity;
  onEnd?: string[];
  notifyUrl?: VariableSource;
  notifyFormat?: NotifyFormat;
}

export type SettingKey = keyof Settings;

export interface Setting<T> {
  form: Form<T>;
  /** The flag that gives the same. */
  flag: string;
  /** What holds where nothing is given, as a file would hold it; null: see `about`. */
  normally: unknown;
  /** For a first file, where there is no default to show. */
  example?: unknown;
  about: string;
  /** Which values of a project file count only once it is trusted. @default none */
  guarded?: {values: string; test(value: T): boolean};
}

const always = {values: 'any', test: () => true};
const ofAgent = {
  values: '`command`, `cline`, `direct`',
  test: (name: value.ExecutorChoice) => ['command', 'cline', 'direct'].includes(name),
};

const ofProvider = {values: '`direct`', test: (name: Provider) => name === 'direct'};

function templateOf(role: string, prompt: string): Setting<string> {
  return {
    form: text(value.plainValue),
    flag: `--${role}-template`,
    normally: null,
    example: `${role}.md`,
    about: `file with a template of ${prompt}`,
    guarded: always,
  };
}

/** Settings that are paths; a file names them relative to itself. */
export const PATH_KEYS = ['workerTemplate', 'reworkerTemplate', 'auditorTemplate'] as const;

const {limits, monitor, onAsk} = DEFAULT_ACTIVITY;

const DURATION = 'a time such as "30s", "1.5m", "1h", or a number of seconds';
const DURATION_OR_OFF = `${DURATION}, or "off"`;

export const SETTINGS: {readonly [K in SettingKey]-?: Setting<Exclude<Settings[K], undefined>>} = {
  executor: {
    form: text(value.executorChoice),
    flag: '--executor',
    normally: 'auto',
    about: 'the agent: `auto` (claude, then cline), `claude`, `cline`, `command`, `direct`',
    guarded: ofAgent,
  },
  auditorExecutor: {
    form: text(value.executorChoice),
    flag: '--auditor-executor',
    normally: null,
    example: 'claude',
    about: "the auditor's agent; default: the worker's",
    guarded: ofAgent,
  },
  workerModel: {
    form: text(value.plainValue),
    flag: '--worker-model',
    normally: null,
    example: 'sonnet',
    about: "model of the worker; default: the agent's own",
  },
  auditorModel: {
    form: text(value.plainValue),
    flag: '--auditor-model',
    normally: null,
    example: 'haiku',
    about: "model of the auditor; default: the agent's own",
  },
  workerProvider: {
    form: text(provider),
    flag: '--worker-provider',
    normally: 'executor',
    about: 'what the worker is: `executor`, an agent with a CLI, or `direct`, an endpoint',
    guarded: ofProvider,
  },
  auditorProvider: {
    form: text(provider),
    flag: '--auditor-provider',
    normally: 'executor',
    about: 'the same of the auditor',
    guarded: ofProvider,
  },
  workerEndpoint: {
    form: text(endpoint),
    flag: '--worker-endpoint',
    normally: null,
    example: 'http://127.0.0.1:11434/v1',
    about: 'of a direct worker: any endpoint that is compatible with OpenAI',
    guarded: always,
  },
  auditorEndpoint: {
    form: text(endpoint),
    flag: '--auditor-endpoint',
    normally: null,
    example: 'http://127.0.0.1:11434/v1',
    about: 'the same of the auditor',
    guarded: always,
  },
  workerApiKeyEnv: {
    form: text(variableName),
    flag: '--worker-api-key-env',
    normally: null,
    example: 'OPENAI_API_KEY',
    about: "name of the variable that holds the key of the worker's endpoint",
    guarded: always,
  },
  auditorApiKeyEnv: {
    form: text(variableName),
    flag: '--auditor-api-key-env',
    normally: null,
    example: 'OPENAI_API_KEY',
    about: 'the same of the auditor',
    guarded: always,
  },
  maxIterations: {
    form: amount(value.positiveInteger, (count) => count, 'a whole number from 1 on'),
    flag: '--max-iterations',
    normally: DEFAULT_MAX_ITERATIONS,
    about: 'worker and auditor rounds at most',
  },
  audit: {
    form: truth,
    flag: '--no-audit',
    normally: true,
    about: 'whether an auditor judges the work',
    guarded: {values: '`false`', test: (audit) => !audit},
  },
  fallbackExecutor: {
    form: text(value.fallbackChoice),
    flag: '--fallback-executor',
    normally: null,
    example: 'cline',
    about: 'the agent that takes over when another cannot go on: `auto`, `claude`, `cline`',
    guarded: {values: '`cline`', test: (name) => name === 'cline'},
  },
  check: {
    form: strings(value.checkCommand),
    flag: '--check',
    normally: [],
    example: ['npm test'],
    about: 'shell commands that must succeed before an auditor is asked',
    guarded: always,
  },
  checkTimeout: {
    form: time(value.durationMs, DURATION),
    flag: '--check-timeout',
    normally: value.durationText(DEFAULT_RULES.checkTimeoutMs),
    about: 'for each check',
  },
  criteria: {
    form: text(value.plainValue),
    flag: '--criteria',
    normally: null,
    example: 'criteria.md',
    about:
      'file with acceptance criteria, from the current folder; default: the auditor draws them from the task',
    guarded: always,
  },
  maxCost: {
    form: amount(value.moneyOrOff, (limit) => limit, 'US dollars, or "off"'),
    flag: '--max-cost',
    normally: 'off',
    example: 5,
    about: 'what all runs of a session may cost together',
    guarded: always,
  },
  maxTokens: {
    form: amount(value.tokensOrOff, (limit) => limit, 'a number such as 150000 or "200k", or "off"'),
    flag: '--max-tokens',
    normally: 'off',
    example: '500k',
    about: 'the same in tokens, in and out',
    guarded: always,
  },
  maxTurns: {
    form: amount(value.countOrOff, (limit) => limit, 'a whole number from 1 on, or "off"'),
    flag: '--max-turns',
    normally: 'off',
    example: 100,
    about: 'the same in requests to models',
    guarded: always,
  },
  agentRetries: {
    form: amount(value.wholeNumber, (count) => count, 'a whole number from 0 on'),
    flag: '--agent-retries',
    normally: DEFAULT_RULES.agentRetries,
    about: 'more tries of a run whose agent failed',
  },
  permissionMode: {
    form: text(value.permissionMode),
    flag: '--permission-mode',
    normally: 'agent',
    about: 'what the worker may do: `agent`, `read`, `edit`, `full`',
    guarded: {values: 'all but `read`', test: (mode) => mode !== 'read'},
  },
  agentArgs: {
    form: strings(),
    flag: '--agent-arg',
    normally: [],
    example: ['--max-turns', '50'],
    about: 'extra arguments for the agent',
    guarded: always,
  },
  env: {
    form: variables,
    flag: '--env',
    normally: {},
    example: {NODE_ENV: 'test', ANTHROPIC_API_KEY: {fromEnv: 'MY_KEY'}},
    about: 'variables for the agent; each name is taken from the highest place that has it',
    guarded: always,
  },
  workerPromptHeader: {
    form: text(value.freeText),
    flag: '--worker-prompt-header',
    normally: null,
    example: 'Keep to the style of the files around.',
    about: "text before the worker's prompts",
    guarded: always,
  },
  auditorPromptHeader: {
    form: text(value.freeText),
    flag: '--auditor-prompt-header',
    normally: null,
    example: 'Run the tests yourself.',
    about: "text before the auditor's prompts",
    guarded: always,
  },
  reworkerPromptHeader: {
    form: text(value.freeText),
    flag: '--reworker-prompt-header',
    normally: null,
    example: 'Change nothing else.',
    about: "in place of the worker's, after a RETRY",
    guarded: always,
  },
  workerTemplate: templateOf('worker', "the worker's first prompt"),
  reworkerTemplate: templateOf('reworker', "the worker's further prompts"),
  auditorTemplate: templateOf('auditor', "the auditor's prompt"),
  initialTimeout: {
    form: time(value.durationOrOff, DURATION_OR_OFF),
    flag: '--initial-timeout',
    normally: value.durationText(limits.initialMs!),
    about: 'until the first progress',
  },
  idleTimeout: {
    form: time(value.durationOrOff, DURATION_OR_OFF),
    flag: '--idle-timeout',
    normally: value.durationText(limits.idleMs!),
    about: 'without a sign of life',
  },
  toolTimeout: {
    form: time(value.durationOrOff, DURATION_OR_OFF),
    flag: '--tool-timeout',
    normally: value.durationText(limits.toolMs!),
    about: 'the same while a tool runs',
  },
  maxTimeout: {
    form: time(value.durationOrOff, DURATION_OR_OFF),
    flag: '--max-timeout',
    normally: value.durationText(limits.maxMs!),
    about: 'for the whole run',
  },
  activityInterval: {
    form: time(value.durationMs, DURATION),
    flag: '--activity-interval',
    normally: value.durationText(limits.intervalMs),
    about: 'how often the clocks are looked at',
  },
  monitor: {
    form: names(value.evidenceKinds),
    flag: '--monitor',
    normally: monitor,
    about: 'signs of life: `output`, `files`, `processes`',
  },
  onAsk: {
    form: text(value.askPolicy),
    flag: '--on-ask',
    normally: onAsk,
    about: 'when the agent asks a person: `stop` or `wait`',
  },
  keepProcesses: {
    form: truth,
    flag: '--keep-processes',
    normally: false,
    about: 'spare what a completed run left running',
    guarded: {values: '`true`', test: (keep) => keep},
  },
  transport: {
    form: text(value.transportChoice),
    flag: '--transport',
    normally: 'auto',
    about: '`auto`, `pty`, `pipe`, `buffered`',
  },
  worktree: {
    form: truth,
    flag: '--worktree',
    normally: false,
    about: 'a git worktree for each session, on a branch of its own',
  },
  worktreeLock: {
    form: truth,
    flag: '--no-worktree-lock',
    normally: true,
    about: 'whether two sessions are kept from working in one worktree',
    guarded: {values: '`false`', test: (lock) => !lock},
  },
  maxFrame: {
    form: amount(value.frameBytes, (bytes) => bytes, 'bytes, such as 1048576 or "64MiB"'),
    flag: '--max-frame',
    normally: DEFAULT_MAX_FRAME_BYTES,
    about: 'largest JSON frame held in memory',
  },
  redact: {
    form: truth,
    flag: '--no-redact',
    normally: true,
    about: 'whether secrets are kept out of what is recorded and shown',
    guarded: {values: '`false`', test: (redact) => !redact},
  },
  redactEnv: {
    form: names(value.variableNames),
    flag: '--redact-env',
    normally: [],
    example: ['MY_KEY'],
    about: 'variables whose values are secrets too; those of all places together',
  },
  metrics: {
    form: truth,
    flag: '--metrics',
    normally: false,
    about: 'whether figures of the streaming itself are recorded, for `oneshot show --metrics`',
  },
  otel: {
    form: truth,
    flag: '--otel',
    normally: false,
    about: 'whether spans and metrics go to the OpenTelemetry SDK that is registered',
  },
  verbosity: {
    form: text(value.verbosity),
    flag: '--quiet, --verbose, --debug',
    normally: 'normal',
    about: 'how much stderr says: `quiet`, `normal`, `verbose`, `debug`',
  },
  onEnd: {
    form: strings(value.freeText),
    flag: '--on-end',
    normally: [],
    example: ['notify-send "oneshot: $ONESHOT_ENDING"'],
    about: 'shell commands that get the ending as JSON',
    guarded: always,
  },
  notifyUrl: {
    form: source(value.notifyUrl, value.shownUrl),
    flag: '--notify-url',
    normally: null,
    example: {fromEnv: 'MY_WEBHOOK'},
    about: 'where the same JSON is posted',
    guarded: always,
  },
  notifyFormat: {
    form: text(value.notifyFormat),
    flag: '--notify-format',
    normally: 'json',
    about: 'of the post: `json`, `slack`',
    guarded: always,
  },
};

export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** The settings that `exec` takes too; the others are about tasks. */
export const EXEC_KEYS: readonly SettingKey[] = [
  'transport',
  'maxFrame',
  'redact',
  'redactEnv',
  'metrics',
  'otel',
];

/** The settings about who is told of the end. */
export const NOTIFY_KEYS: readonly SettingKey[] = ['onEnd', 'notifyUrl', 'notifyFormat'];

/** The settings that `demo` takes, from variables alone. */
export const DEMO_KEYS: readonly SettingKey[] = ['transport', 'metrics', 'otel', 'verbosity', ...NOTIFY_KEYS];

/** The settings that `resume` takes: what the session began with stands in its log. */
export const RESUME_KEYS: readonly SettingKey[] = [
  ...EXEC_KEYS,
  ...NOTIFY_KEYS,
  'env',
  'workerPromptHeader',
  'auditorPromptHeader',
  'reworkerPromptHeader',
  ...PATH_KEYS,
  'initialTimeout',
  'idleTimeout',
  'toolTimeout',
  'maxTimeout',
  'activityInterval',
  'monitor',
  'onAsk',
  'keepProcesses',
  'worktreeLock',
  'verbosity',
];

/** `max_iterations`, as the Python tool has it, and `maxIterations` are the same key. */
export function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `ONESHOT_MAX_ITERATIONS` */
export function variableOf(key: SettingKey): string {
  return `ONESHOT_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
