/** How a scripted model makes each agent write a file, run a command and say its last words. */
import type {AuditedCriterion, VerdictWord} from '../../src/event.ts';
import type {Piece, Turn} from './script.ts';

export interface Dialect {
  /** The agent's own tool names, as events carry them. */
  writeTool: string;
  commandTool: string;
  /** Whether text reaches oneshot while the model still speaks. */
  streamsText: boolean;
  /** Whether the agent takes its prompt on stdin; else it stands in argv. */
  promptOnStdin: boolean;
  /** Whether waits before another try are on stdout. */
  showsRetries: boolean;
  /** Whether an answer that is cut off is asked for again. */
  recoversFromDrop: 'always' | 'at times' | 'never';
  /** Whether the agent can be held to reading. */
  canBeReadOnly: boolean;
  /** Whether the agent's own session id is on stdout. */
  namesItsSession: boolean;
  /** Whether the tokens used are on stdout. */
  countsUsage: boolean;
  /** What the agent says on stderr in a good run. */
  noise: RegExp;
  /** `path` is relative to the working directory. */
  write(path: string, content: string): Turn;
  command(command: string): Turn;
  final(...pieces: readonly Piece[]): Turn;
  /** An auditor's last words. */
  verdict(
    verdict: VerdictWord,
    reason: string,
    feedback?: string | null,
    criteria?: readonly AuditedCriterion[],
  ): Turn;
}

const NO_NOISE = /(?!)/;

export const claude: Dialect = {
  writeTool: 'Write',
  commandTool: 'Bash',
  streamsText: true,
  promptOnStdin: true,
  showsRetries: true,
  recoversFromDrop: 'always',
  canBeReadOnly: true,
  namesItsSession: true,
  countsUsage: true,
  noise: NO_NOISE,
  write: (path, content) => ({tools: [{name: 'Write', input: {file_path: path, content}, pieces: 3}]}),
  command: (command) => ({tools: [{name: 'Bash', input: {command, description: 'scripted'}}]}),
  final: (...text) => ({text}),
  // Under --json-schema it wants the answer as the input of a tool, and asks again for it where it gets words alone.
  verdict: (...said) => ({
    text: ['I have looked.'],
    tools: [{name: 'StructuredOutput', input: answer(...said)}],
  }),
};

export const cline3: Dialect = {
  writeTool: 'editor',
  commandTool: 'run_commands',
  streamsText: true,
  promptOnStdin: false,
  showsRetries: false,
  // It asks again, or gives up when the connection closed before it had taken in the first pieces.
  recoversFromDrop: 'at times',
  canBeReadOnly: true,
  namesItsSession: false,
  countsUsage: true,
  // Warnings of its model library, with stack traces.
  noise: /AI SDK Warning|^\s*at .*bunfs/,
  write: (path, content) => ({tools: [{name: 'editor', input: {path, new_text: content}, pieces: 3}]}),
  command: (command) => ({tools: [{name: 'run_commands', input: {commands: [command]}}]}),
  final: (...text) => ({text}),
  verdict: (...said) => ({text: [verdictText(...said)]}),
};

/** Cline 2 reads its tools as XML from the model's text. */
export const cline2: Dialect = {
  writeTool: 'newFileCreated',
  commandTool: 'execute_command',
  streamsText: false,
  promptOnStdin: false,
  showsRetries: false,
  // It announces a retry, then trips over itself and at times waits for ever.
  recoversFromDrop: 'never',
  canBeReadOnly: false,
  namesItsSession: true,
  countsUsage: false,
  noise: NO_NOISE,
  write: (path, content) => ({
    text: [`<write_to_file>\n<path>${path}</path>\n<content>${content}</content>\n</write_to_file>`],
  }),
  command: (command) => ({
    text: [
      `<execute_command>\n<command>${command}</command>\n`,
      '<requires_approval>false</requires_approval>\n</execute_command>',
    ],
  }),
  final: (...text) => ({
    text: ['<attempt_completion>\n<result>', ...text, '</result>\n</attempt_completion>'],
  }),
  verdict: (...said) => cline2.final(verdictText(...said)),
};

function verdictText(...said: Parameters<Dialect['verdict']>) {
  return `I have looked.\n${JSON.stringify(answer(...said))}`;
}

function answer(...[verdict, reason, feedback = null, criteria = []]: Parameters<Dialect['verdict']>) {
  return {verdict, reason, criteria, feedback};
}
