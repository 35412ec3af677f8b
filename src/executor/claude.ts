/** Claude Code: `claude -p --output-format stream-json`, prompt on stdin. Driven with 2.1.197; see test/agents. */
import type {PermissionMode} from '../event.ts';
import {ClaudeNormalizer} from './claude-normalizer.ts';
import {claudeRecovered, claudeTranscriptOf} from './claude-state.ts';
import type {AgentRequest, Executor} from './executor.ts';
import {locateProgram, packageVersion} from './locate.ts';
import {PlainTextNormalizer} from './plain-text.ts';

/** Tools that change files; what `read` takes away whatever the user's settings allow. */
const WRITING_TOOLS = 'Edit,Write,NotebookEdit';

const MODE_FLAGS: Record<PermissionMode, readonly string[]> = {
  agent: [],
  // Tried with 2.1.197, and the same for `plan` and `dontAsk`: files are read, `git diff` and the like run, and a command that
  // would write is denied, unless the user's own settings allow it. `plan` would tell the model to write a plan instead of an
  // answer; `dontAsk` is unknown to older versions. One argument, since `--disallowedTools A B` takes what follows too.
  read: ['--permission-mode', 'default', `--disallowedTools=${WRITING_TOOLS}`],
  edit: ['--permission-mode', 'acceptEdits'],
  full: ['--dangerously-skip-permissions'],
};

const MODES = Object.keys(MODE_FLAGS) as PermissionMode[];

const PACKAGE = '@anthropic-ai/claude-code';

const PARTIAL = '--include-partial-messages';
const FORMAT = '--output-format';
const SCHEMA = '--json-schema';

export const claude: Executor = {
  name: 'claude',
  installHint: `npm install -g ${PACKAGE}`,
  optionalFlags: [SCHEMA, PARTIAL, FORMAT],
  hasTerminalEvent: true,
  promptStyle: 'xml',

  async locate(env) {
    const program = await locateProgram('claude', env, claude.installHint);
    const version = await packageVersion(program, PACKAGE, (name) => name.startsWith(PACKAGE));
    return {executor: 'claude', adapter: 'claude', program: [program], version};
  },

  permissionModes: () => MODES,
  canResume: () => true,
  // Keys, tokens of several kinds and a system keychain all count: files do not tell.
  loginState: async () => ({loggedIn: null, loginCommand: null}),
  stateFiles: (_installation, traces) => claudeTranscriptOf(traces),
  // With `-p` it asks nobody: what is not allowed is denied at once.
  pendingAsk: async () => null,
  recover: (_installation, traces) => claudeRecovered(traces),

  command(installation, request) {
    const structured = !request.without.has(FORMAT);
    return {
      argv: [
        ...installation.program,
        '-p',
        ...streamFlags(request, structured),
        ...requestFlags(request),
        ...schemaFlags(request, structured),
        ...MODE_FLAGS[request.permissionMode],
        ...request.agentArgs,
      ],
      // Set by Claude Code for its own tools; with it a nested start is refused.
      env: {CLAUDECODE: undefined},
      promptDelivery: 'stdin',
      promptIndex: null,
      structured,
    };
  },

  normalizer: (_installation, {structured, redact}) =>
    structured ? new ClaudeNormalizer(redact) : new PlainTextNormalizer(),
};

function streamFlags({without}: AgentRequest, structured: boolean): string[] {
  if (!structured) return [];
  return [FORMAT, 'stream-json', '--verbose', ...(without.has(PARTIAL) ? [] : [PARTIAL])];
}

/** Claude then answers by calling a tool of its own, whose input is checked and told in the result. */
function schemaFlags({answerSchema, without}: AgentRequest, structured: boolean): string[] {
  if (!structured || answerSchema === null || without.has(SCHEMA)) return [];
  return [SCHEMA, JSON.stringify(answerSchema)];
}

function requestFlags({model, resume}: AgentRequest): string[] {
  return [...(model === null ? [] : ['--model', model]), ...(resume === null ? [] : ['--resume', resume])];
}
