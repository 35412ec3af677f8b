/** Any program as an agent: the prompt on stdin, its stdout as its words, its exit code as its end. */
import {OneshotError} from '../error.ts';
import type {EventBody, PermissionMode} from '../event.ts';
import type {Frame} from '../frame/frame.ts';
import {stripControl} from '../text.ts';
import type {AgentFacts, Executor, Installation, Normalizer} from './executor.ts';
import {permissionModeUnsupported} from './permission.ts';

/** What is kept as the final words, in characters from the end. */
const MAX_TEXT_CHARS = 1024 * 1024;

const MODES: readonly PermissionMode[] = ['agent'];

export const command: Executor = {
  name: 'command',
  installHint: 'Install the program, or correct its path.',
  streamingFlags: [],
  hasTerminalEvent: false,

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

  command(installation, {permissionMode}) {
    if (!MODES.includes(permissionMode)) throw permissionModeUnsupported(installation, permissionMode, MODES);
    return {
      argv: installation.program,
      env: {},
      promptDelivery: 'stdin',
      promptIndex: null,
      structured: false,
    };
  },

  normalizer: () => new PlainTextNormalizer(),
};

/** Text that no adapter knows the structure of. Also for agents that had to give up their streaming flags. */
export class PlainTextNormalizer implements Normalizer {
  #pieces: string[] = [];
  #chars = 0;
  #lastStderrLine: string | null = null;

  stdout(frame: Frame): EventBody[] {
    if (frame.kind === 'oversized') return [{type: 'unparsed', reason: 'oversized'}];
    if (frame.kind === 'json') {
      this.#keep(frame.source);
      return [{type: 'unparsed', reason: 'unknown', value: frame.value}];
    }
    const text = frame.lineEnd ? `${frame.text}\n` : frame.text;
    this.#keep(text);
    return [
      {type: 'agent_message_chunk', content: {type: 'text', text}, messageId: null, parentToolCallId: null},
    ];
  }

  stderr(frame: Frame): EventBody[] {
    if (frame.kind === 'oversized') return [{type: 'unparsed', reason: 'oversized'}];
    if (frame.kind === 'json') return [{type: 'unparsed', reason: 'unknown', value: frame.value}];
    if (stripControl(frame.text).trim() !== '') this.#lastStderrLine = frame.text;
    return [{type: 'unparsed', reason: 'text', text: frame.text}];
  }

  end(): EventBody[] {
    return [];
  }

  facts(): AgentFacts {
    return {
      terminal: null,
      text: this.#text(),
      agentSession: null,
      usage: {inputTokens: null, outputTokens: null, costUsd: null},
      permissionDenials: [],
      errors: [],
      lastLine: this.#lastStderrLine,
    };
  }

  #keep(text: string): void {
    this.#pieces.push(text);
    this.#chars += text.length;
    // Joined only now and then, so that the cost of a character stays constant.
    if (this.#chars > 2 * MAX_TEXT_CHARS) this.#text();
  }

  #text(): string | null {
    if (this.#pieces.length === 0) return null;
    const text = this.#pieces.join('').slice(-MAX_TEXT_CHARS);
    this.#pieces = [text];
    this.#chars = text.length;
    return text;
  }
}
