/** A model without a CLI: our own program asks any endpoint for chat completions. It has no tools, so it cannot but read. */
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {apiKeyOf, readDirectOptions} from '../direct/options.ts';
import {OneshotError} from '../error.ts';
import type {PermissionMode} from '../event.ts';
import {DirectNormalizer} from './direct-normalizer.ts';
import type {Executor, Installation} from './executor.ts';
import {permissionModeUnsupported} from './permission.ts';

const MODES: readonly PermissionMode[] = ['agent', 'read'];

export const direct: Executor = {
  name: 'direct',
  installHint: 'It is part of oneshot: install that anew.',
  optionalFlags: [],
  promptStyle: 'markdown',
  hasTerminalEvent: true,

  /** The endpoint and the rest of `agentArgs` are looked at too: nothing wrong is ever started. */
  async locate(env, agentArgs): Promise<Installation> {
    apiKeyOf(readDirectOptions(agentArgs), env);
    const program = [process.execPath, directProgram(import.meta.url)] as const;
    return {executor: 'direct', adapter: 'direct', program, version: null};
  },

  permissionModes: () => MODES,
  canResume: () => false,
  loginState: async () => ({loggedIn: null, loginCommand: null}),
  stateFiles: async () => null,
  pendingAsk: async () => null,
  recover: async () => null,

  command(installation, {permissionMode, model, agentArgs, answerSchema}) {
    if (!MODES.includes(permissionMode)) throw permissionModeUnsupported(installation, permissionMode, MODES);
    if (model === null) {
      const nextStep = 'Name it with --worker-model or --auditor-model.';
      throw new OneshotError('INVALID_OPTION', 'The executor "direct" needs a model.', nextStep);
    }
    const schema = answerSchema === null ? [] : [`--answer-schema=${JSON.stringify(answerSchema)}`];
    const argv = [...installation.program, ...agentArgs, ...schema, `--model=${model}`] as const;
    return {argv, env: {}, promptDelivery: 'stdin', promptIndex: null, structured: true};
  },

  normalizer: (_installation, {redact}) => new DirectNormalizer(redact),
};

/** As seen from this file: in the sources, and in the package, where this may be part of any file. */
const PLACES = ['../cli/direct.ts', './cli/direct.js', './direct.js'];

/**
 * Path of the program.
 * @param from where this file lies
 * @throws OneshotError AGENT_NOT_FOUND
 */
export function directProgram(from: string): string {
  const paths = PLACES.map((place) => fileURLToPath(new URL(place, from)));
  const found = paths.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new OneshotError(
    'AGENT_NOT_FOUND',
    'The program of the executor "direct" is missing.',
    direct.installHint,
  );
}
