/** The direct program: a prompt in, JSON lines out. */
import type {Clock} from '../clock.ts';
import {OneshotError} from '../error.ts';
import {complete} from './complete.ts';
import type {Line} from './line.ts';
import {apiKeyOf, readDirectOptions} from './options.ts';

export interface DirectProgram {
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Called once the options are right. */
  readPrompt(): Promise<string>;
  /** One line with its end. */
  write(line: string): void;
  /** What is wrong with the options. */
  complain(line: string): void;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
}

/** The exit code: 0 answered, 1 not, 2 wrong options. */
export async function runDirect(program: DirectProgram): Promise<number> {
  const {clock, random} = program;
  try {
    const {options, key} = optionsOf(program);
    const prompt = await program.readPrompt();
    const tell = (line: Line) => program.write(`${jsonWithout(key, line)}\n`);
    const {ok} = await complete({options, key, prompt, clock, random}, tell);
    return ok ? 0 : 1;
  } catch (error) {
    if (!(error instanceof OneshotError)) throw error;
    program.complain(`error: ${error.message}. ${error.nextStep}\n`);
    return 2;
  }
}

function optionsOf({args, env}: DirectProgram) {
  const options = readDirectOptions(args);
  const {model} = options;
  if (model === null) {
    throw new OneshotError('INVALID_OPTION', 'the direct executor needs a model', 'Give it with --model.');
  }
  return {options: {...options, model}, key: apiKeyOf(options, env)};
}

/** A dummy key such as `ollama` may well be part of an answer. */
const MIN_KEY_CHARS = 8;

/** Servers repeat a key that they refuse. */
function jsonWithout(key: string | null, line: Line): string {
  if (key === null || key.length < MIN_KEY_CHARS) return JSON.stringify(line);
  return JSON.stringify(line, (_name, value) =>
    typeof value === 'string' ? value.replaceAll(key, '[key]') : value,
  );
}
