/** Any program as an agent: the prompt on stdin, its stdout as its words, its exit code as its end. */
import {OneshotError} from '../error.ts';
import type {PermissionMode} from '../event.ts';
import type {Executor, Installation} from './executor.ts';
import {permissionModeUnsupported} from './permission.ts';
import {PlainTextNormalizer} from './plain-text.ts';

const MODES: readonly PermissionMode[] = ['agent'];

export const command: Executor = {
  name: 'command',
  installHint: 'Install the program, or correct its path.',
  optionalFlags: [],
  hasTerminalEvent: false,
  promptStyle: 'markdown',

  async locate(_env, agentArgs): Promise<Installation> {
    const [program, ...args] = agentArgs;
    if (program === undefined) {
      const nextStep = 'Give it with --agent-arg PROGRAM, and its arguments with further --agent-arg.';
      throw new OneshotError('INVALID_OPTION', 'The executor "command" needs a program.', nextStep);
    }
    return {executor: 'command', adapter: 'command', program: [program, ...args], version: null};
  },

  permissionModes: () => MODES,
  canResume: () => false,
  loginState: async () => ({loggedIn: null, loginCommand: null}),
  stateFiles: async () => null,
  pendingAsk: async () => null,
  recover: async () => null,

  command(installation, {permissionMode}) {
    if (!MODES.includes(permissionMode)) throw permissionModeUnsupported(installation, permissionMode, MODES);
    const {program} = installation;
    return {argv: program, env: {}, promptDelivery: 'stdin', promptIndex: null, structured: false};
  },

  normalizer: () => new PlainTextNormalizer(),
};
