import {describe, expect, it} from 'vitest';
import {replaceSection, sectionOf, table} from '../../bench/markdown.ts';

describe('a section that a program writes', () => {
  const document = '# A\n\n<!-- a -->\nold\n<!-- /a -->\n\nend\n';

  it('is written anew between its marks', () => {
    const written = replaceSection(document, 'a', table(['x', 'y'], [['1', '2']]));
    expect(written).toBe('# A\n\n<!-- a -->\n\n| x | y |\n| --- | --- |\n| 1 | 2 |\n\n<!-- /a -->\n\nend\n');
    expect(sectionOf(written, 'a')).toBe('| x | y |\n| --- | --- |\n| 1 | 2 |');
    expect(replaceSection(written, 'a', ['new'])).toBe('# A\n\n<!-- a -->\n\nnew\n\n<!-- /a -->\n\nend\n');
  });

  it('has to be there', () => {
    expect(() => replaceSection(document, 'b', [])).toThrow('no section');
    expect(() => sectionOf('<!-- a -->', 'a')).toThrow('no section');
  });
});
