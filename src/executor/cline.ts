/**
 * Cline, two programs of one name: 2.x and 3.x take other flags, speak another JSON and keep other files. The installed
 * version decides. Driven with 2.18.0 and 3.0.65; see test/agents.
 */
import {OneshotError} from '../error.ts';
import type {PermissionMode} from '../event.ts';
import {Cline2Normalizer} from './cline-2.ts';
import {Cline3Normalizer} from './cline-3.ts';
import {clineLoginState} from './cline-login.ts';
import {PlainTextNormalizer} from './command.ts';
import type {AgentRequest, Executor, Installation} from './executor.ts';
import {locateProgram, packageVersion} from './locate.ts';
import {permissionModeUnsupported} from './permission.ts';
import {askVersion} from './version.ts';

const JSON_FLAG = '--json';

/** `agent` approves itself: it would wait for an answer for ever. */
const MODES: readonly PermissionMode[] = ['agent', 'read', 'full'];

const INSTALL = 'npm install -g cline@3.0.65 (or cline@2.18.0)';

export const cline: Executor = {
  name: 'cline',
  installHint: INSTALL,
  streamingFlags: [JSON_FLAG],
  hasTerminalEvent: true,

  async locate(env) {
    const program = await locateProgram('cline', env, INSTALL);
    const packaged = await packageVersion(program, (name) => name === 'cline' || name.startsWith('@cline/'));
    const version = packaged ?? (await askVersion([program], env));
    return {executor: 'cline', adapter: adapterFor(version), program: [program], version};
  },

  permissionModes: () => MODES,
  // 3.x fails on `--id` together with `--json`.
  canResume: ({adapter}) => adapter === 'cline-2',
  loginState: clineLoginState,

  command(installation, request) {
    if (!MODES.includes(request.permissionMode)) {
      throw permissionModeUnsupported(installation, request.permissionMode, MODES);
    }
    const structured = !request.without.has(JSON_FLAG);
    const flags = installation.adapter === 'cline-2' ? flagsOf2(request) : flagsOf3(request);
    const [program, ...leading] = installation.program;
    const args = [...leading, ...(structured ? [JSON_FLAG] : []), ...flags, ...request.agentArgs];
    return {
      argv: [program, ...args, promptArgument(request.prompt)],
      env: environmentOf(installation),
      promptDelivery: 'argv',
      promptIndex: 1 + args.length,
      structured,
    };
  },

  normalizer({adapter}, {structured, startedAtMs}) {
    if (!structured) return new PlainTextNormalizer();
    return adapter === 'cline-2' ? new Cline2Normalizer(startedAtMs) : new Cline3Normalizer();
  },
};

/** @throws OneshotError AGENT_UNSUPPORTED */
function adapterFor(version: string | null): 'cline-2' | 'cline-3' {
  const major = version?.split('.')[0];
  if (major === '2' || major === '3') return `cline-${major}`;
  const which = version === null ? 'of an unknown version' : version;
  throw new OneshotError(
    'AGENT_UNSUPPORTED',
    `Cline ${which} is not supported.`,
    `Install 3.x or 2.x: ${INSTALL}`,
  );
}

function flagsOf2({permissionMode, model, resume}: AgentRequest): string[] {
  return [
    '--yolo',
    ...(permissionMode === 'read' ? ['-p'] : []),
    ...(model === null ? [] : ['-m', model]),
    ...(resume === null ? [] : ['-T', resume]),
  ];
}

function flagsOf3({permissionMode, model}: AgentRequest): string[] {
  return [...(permissionMode === 'read' ? ['-p'] : []), ...(model === null ? [] : ['-m', model])];
}

/** A single word would be taken for a subcommand, and a leading dash for a flag. */
function promptArgument(prompt: string): string {
  const words = prompt.trim();
  return /^\S*$/.test(words) || words.startsWith('-') ? `Task: ${words}` : prompt;
}

/** Without it Cline 3 leaves a daemon of 160 MB behind. */
function environmentOf({adapter}: Installation): Record<string, string | undefined> {
  return adapter === 'cline-3' ? {CLINE_SESSION_BACKEND_MODE: 'local'} : {};
}
