/** Tables that programs write into documents. */

/** A table of GitHub's Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/**
 * The document with new lines between `<!-- NAME -->` and `<!-- /NAME -->`.
 * @throws where the document has no such section
 */
export function replaceSection(document: string, name: string, lines: readonly string[]): string {
  const {from, to} = boundsOf(document, name);
  return `${document.slice(0, from)}\n\n${lines.join('\n')}\n\n${document.slice(to)}`;
}

/** What stands between the marks. @throws where the document has no such section */
export function sectionOf(document: string, name: string): string {
  const {from, to} = boundsOf(document, name);
  return document.slice(from, to).trim();
}

function boundsOf(document: string, name: string): {from: number; to: number} {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = document.indexOf(begin) + begin.length;
  const to = document.indexOf(end, from);
  if (from < begin.length || to < 0) throw new Error(`the document has no section ${begin} … ${end}`);
  return {from, to};
}
