/** Runs the direct program in this process. */
import {type Clock, systemClock} from '../../src/clock.ts';
import type {EndLine, Line} from '../../src/direct/line.ts';
import {runDirect} from '../../src/direct/program.ts';

export interface Asked {
  code: number;
  lines: Line[];
  /** What was written to stderr. */
  complaints: string;
  end: EndLine;
  /** Types of the lines, in order. */
  types: string[];
  /** All text pieces together. */
  text: string;
}

export interface AskOptions {
  args?: readonly string[];
  env?: Record<string, string>;
  prompt?: string;
  clock?: Clock;
  /** Called with each line as it is written. */
  onLine?: (line: Line) => void;
}

export async function ask(endpoint: string, options: AskOptions = {}): Promise<Asked> {
  const {args = [], env = {}, prompt = 'Say it.', clock = systemClock, onLine} = options;
  const lines: Line[] = [];
  let complaints = '';
  const code = await runDirect({
    args: ['--endpoint', endpoint, '--model', 'asked', ...args],
    env,
    readPrompt: async () => prompt,
    write(line) {
      lines.push(JSON.parse(line));
      onLine?.(lines.at(-1)!);
    },
    complain: (line) => {
      complaints += line;
    },
    clock,
    random: () => 0,
  });
  const text = lines.map((line) => (line.type === 'text' ? line.text : '')).join('');
  return {
    code,
    lines,
    complaints,
    end: lines.at(-1) as EndLine,
    types: lines.map(({type}) => type),
    text,
  };
}
