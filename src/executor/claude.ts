/** Claude Code: `claude -p --output-format stream-json`, prompt on stdin. Driven with 2.1.197; see test/agents. */
import type {PermissionMode} from '../event.ts';
import {ClaudeNormalizer} from './claude-normalizer.ts';
import {PlainTextNormalizer} from './command.ts';
import type {AgentRequest, Executor} from './executor.ts';
import {locateProgram, packageVersion} from './locate.ts';
import {permissionModeUnsupported} from './permission.ts';

/** Tools that change files; what `read` takes away whatever the user's settings allow. */
const WRITING_TOOLS = 'Edit,Write,NotebookEdit';

const MODE_FLAGS: Record<PermissionMode, readonly string[]> = {
  agent: [],
  // `default` denies every command that is not known to be read-only; plan mode would make a plan instead of an answer.
  read: ['--permission-mode', 'default', '--disallowedTools', WRITING_TOOLS],
  edit: ['--permission-mode', 'acceptEdits'],
  full: ['--dangerously-skip-permissions'],
};

const MODES = Object.keys(MODE_FLAGS) as PermissionMode[];

const PARTIAL = '--include-partial-messages';
const FORMAT = '--output-format';

export const claude: Executor = {
  name: 'claude',
  installHint: 'npm install -g @anthropic-ai/claude-code',
  streamingFlags: [PARTIAL, FORMAT],
  hasTerminalEvent: true,

  async locate(env) {
    const program = await locateProgram('claude', env, claude.installHint);
    const version = await packageVersion(program, (name) => name.startsWith('@anthropic-ai/claude-code'));
    return {executor: 'claude', adapter: 'claude', program: [program], version};
  },

  permissionModes: () => MODES,
  canResume: () => true,
  // Keys, tokens of several kinds and a system keychain all count: files do not tell.
  loginState: async () => ({loggedIn: null, loginCommand: null}),

  command(installation, request) {
    const modeFlags = MODE_FLAGS[request.permissionMode];
    if (!modeFlags) throw permissionModeUnsupported(installation, request.permissionMode, MODES);
    const structured = !request.without.has(FORMAT);
    return {
      argv: [
        ...installation.program,
        '-p',
        ...streamFlags(request, structured),
        ...requestFlags(request),
        ...modeFlags,
        ...request.agentArgs,
      ],
      // Set by Claude Code for its own tools; with it a nested start is refused.
      env: {CLAUDECODE: undefined},
      promptDelivery: 'stdin',
      promptIndex: null,
      structured,
    };
  },

  normalizer: (_installation, {structured}) =>
    structured ? new ClaudeNormalizer() : new PlainTextNormalizer(),
};

function streamFlags({without}: AgentRequest, structured: boolean): string[] {
  if (!structured) return [];
  return [FORMAT, 'stream-json', '--verbose', ...(without.has(PARTIAL) ? [] : [PARTIAL])];
}

function requestFlags({model, resume}: AgentRequest): string[] {
  return [...(model === null ? [] : ['--model', model]), ...(resume === null ? [] : ['--resume', resume])];
}
