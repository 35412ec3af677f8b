/** Colours and weights, as SGR codes. */
import {inspect} from 'node:util';

export type Style = 'plain' | 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export type Paint = (style: Style, text: string) => string;

/** FORCE_COLOR decides where it is set, then NO_COLOR, then whether it is a terminal that knows more than `dumb`. */
export function wantsColor(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if (env.FORCE_COLOR !== undefined) return !['0', 'false'].includes(env.FORCE_COLOR);
  if (env.NO_COLOR) return false;
  return isTerminal && env.TERM !== 'dumb';
}

export function painter(colored: boolean): Paint {
  if (!colored) return (_style, text) => text;
  return (style, text) => {
    const codes = style === 'plain' ? undefined : inspect.colors[style];
    return codes && text !== '' ? `\x1b[${codes[0]}m${text}\x1b[${codes[1]}m` : text;
  };
}
