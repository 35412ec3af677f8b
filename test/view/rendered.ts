/** What a terminal of `columns` shows in the end: enough of a terminal for what log-update sends. */
export function rendered(output: string): string[] {
  const lines = [''];
  let row = 0;
  let column = 0;
  const put = (char: string) => {
    const line = (lines[row] ?? '').padEnd(column);
    lines[row] = line.slice(0, column) + char + line.slice(column + 1);
    column++;
  };
  for (const [token, parameter, command] of output.matchAll(/\x1b\[([?\d;]*)([A-Za-z])|\n|[^\x1b\n]/g)) {
    if (token === '\n') {
      row++;
      column = 0;
      lines[row] ??= '';
    } else if (command === 'A') row -= Number(parameter || 1);
    else if (command === 'B') row += Number(parameter || 1);
    else if (command === 'G') column = Number(parameter || 1) - 1;
    else if (command === 'K') lines[row] = parameter === '2' ? '' : (lines[row] ?? '').slice(0, column);
    else if (command === undefined) put(token);
  }
  return lines.map((line) => line.trimEnd());
}
