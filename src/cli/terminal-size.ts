/** The size of the terminal that shows a session: a recording of what it showed has to be as large. */
import type {OneshotEvent, TerminalSize} from '../event.ts';
import type {SessionLog} from '../session/log.ts';
import type {TerminalStream} from '../view/terminal.ts';

/** null where it is no terminal, or one that does not know its size. */
export function terminalSize({isTTY, columns, rows}: TerminalStream): TerminalSize | null {
  return isTTY && columns && rows ? {columns, rows} : null;
}

/** Records each new size while the session goes on. Returns the function that ends it. */
export function recordSizes(out: TerminalStream, log: SessionLog): () => void {
  let goesOn = false;
  const removeView = log.addView(({type}) => {
    goesOn = begins(type) || (goesOn && type !== 'session_finished');
  });
  const record = () => {
    const terminal = terminalSize(out);
    if (!goesOn || !terminal) return;
    log.append({body: {type: 'terminal_resized', terminal}, iteration: 0, role: null, source: 'runner'});
  };
  out.on('resize', record);
  return () => {
    out.off('resize', record);
    removeView();
  };
}

function begins(type: OneshotEvent['type']): boolean {
  return type === 'session_started' || type === 'session_resumed';
}
