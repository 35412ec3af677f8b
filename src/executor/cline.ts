/**
 * Cline, which is several programs of one name; the installed version decides. 2.x and 3.x are driven, 1.x is not.
 * What is said here of flags was tried with 2.18.0 and 3.0.65; see test/agents.
 */
import {OneshotError} from '../error.ts';
import type {PermissionMode} from '../event.ts';
import {Cline2Normalizer} from './cline-2.ts';
import {Cline3Normalizer} from './cline-3.ts';
import type {ClineAdapter} from './cline-folders.ts';
import {clineLoginState} from './cline-login.ts';
import {clinePendingAsk, clineRecovered, clineStateFiles} from './cline-state.ts';
import type {AgentCommand, AgentRequest, Executor, Installation} from './executor.ts';
import {locateProgram, packageVersion} from './locate.ts';
import {permissionModeUnsupported} from './permission.ts';
import {PlainTextNormalizer} from './plain-text.ts';
import {askVersion} from './version.ts';

const JSON_FLAG = '--json';

/** Version 2 otherwise replaces itself by the newest version in the background, which is another program. */
const NO_UPDATE = {CLINE_NO_AUTO_UPDATE: '1'};

interface Generation {
  /** `agent` approves itself too: Cline would wait for an answer for ever, or refuse every tool. */
  modeFlags: Partial<Record<PermissionMode, readonly string[]>>;
  canResume: boolean;
  env: Record<string, string>;
}

const GENERATIONS: Record<ClineAdapter, Generation> = {
  'cline-2': {
    // No `read`: in plan mode with --yolo it writes files and switches itself to act mode; without, an approval hangs.
    modeFlags: {agent: ['--yolo'], full: ['--yolo']},
    // `-T` replays the old messages and then waits for ever in some of its runs (2.18.0).
    canResume: false,
    env: NO_UPDATE,
  },
  'cline-3': {
    // In plan mode the editing tool is gone and commands that write are refused; reading and `git diff` go through.
    modeFlags: {agent: [], read: ['-p'], full: ['--auto-approve', 'true']},
    // `--id` always fails together with --json.
    canResume: false,
    // Otherwise a hub daemon of 160 MB stays behind.
    env: {...NO_UPDATE, CLINE_SESSION_BACKEND_MODE: 'local'},
  },
};

export const cline: Executor = {
  name: 'cline',
  installHint: 'npm install -g cline@3.0.65 (or cline@2.18.0)',
  optionalFlags: [JSON_FLAG],
  hasTerminalEvent: true,
  promptStyle: 'markdown',

  async locate(env) {
    const program = await locateProgram('cline', env, cline.installHint);
    const packaged = await packageVersion(program, 'cline', isClinePackage);
    const version = packaged ?? (await askVersion([program], {...env, ...NO_UPDATE}));
    return {executor: 'cline', adapter: adapterFor(program, version), program: [program], version};
  },

  permissionModes: (installation) => modesOf(generationOf(installation)),
  canResume: (installation) => generationOf(installation).canResume,
  loginState: ({adapter}, env, agentArgs) => clineLoginState(adapter as ClineAdapter, env, agentArgs),
  stateFiles: ({adapter}, traces) => clineStateFiles(adapter as ClineAdapter, traces),
  pendingAsk: ({adapter}, traces) => clinePendingAsk(adapter as ClineAdapter, traces),
  recover: ({adapter}, traces) => clineRecovered(adapter as ClineAdapter, traces),

  command(installation, request) {
    const generation = generationOf(installation);
    const modeFlags = generation.modeFlags[request.permissionMode];
    if (!modeFlags) {
      throw permissionModeUnsupported(installation, request.permissionMode, modesOf(generation));
    }
    const structured = !request.without.has(JSON_FLAG);
    const argv: AgentCommand['argv'] = [
      ...installation.program,
      ...(structured ? [JSON_FLAG] : []),
      ...modeFlags,
      ...requestFlags(request),
      ...request.agentArgs,
      '--',
      promptArgument(request.prompt),
    ];
    return {
      argv,
      env: {...generation.env},
      promptDelivery: 'argv',
      promptIndex: argv.length - 1,
      structured,
      ...(installation.adapter === 'cline-2' && !SINGLE_SPACED.test(request.prompt) && {changesPrompt: true}),
    };
  },

  normalizer({adapter}, {startedAtMs, structured, redact}) {
    if (!structured) return new PlainTextNormalizer();
    return adapter === 'cline-2' ? new Cline2Normalizer(startedAtMs) : new Cline3Normalizer(redact);
  },
};

function isClinePackage(name: string): boolean {
  return name === 'cline' || name.startsWith('@cline/');
}

/** @throws OneshotError AGENT_UNSUPPORTED */
function adapterFor(program: string, version: string | null): ClineAdapter {
  const major = version?.split('.')[0];
  if (major === '2' || major === '3') return `cline-${major}`;
  const what =
    version === null ? `The version of ${program} cannot be told` : `Cline ${version} is not supported`;
  throw new OneshotError(
    'AGENT_UNSUPPORTED',
    `${what}; oneshot drives Cline 2.x and 3.x.`,
    `Install one of them: ${cline.installHint}`,
  );
}

function generationOf({adapter}: Installation): Generation {
  return GENERATIONS[adapter as ClineAdapter];
}

function modesOf({modeFlags}: Generation): PermissionMode[] {
  return Object.keys(modeFlags) as PermissionMode[];
}

function requestFlags({model, resume}: AgentRequest): string[] {
  return [...(model === null ? [] : ['-m', model]), ...(resume === null ? [] : ['-T', resume])];
}

/** What Cline 2.18 leaves as it is: it makes one blank of every run of white space, line ends and indentation included. */
const SINGLE_SPACED = /^\S+(?: \S+)*$/;

/** A single word is taken for a subcommand even behind `--`. A blank at its end says otherwise, and Cline trims it. */
function promptArgument(prompt: string): string {
  return /\s/.test(prompt) ? prompt : `${prompt} `;
}
