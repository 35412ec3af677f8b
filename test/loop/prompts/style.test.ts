/** Whatever an agent, a check or a file says, it stays inside its part of the prompt. */
import {type Node, Parser} from 'commonmark';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {PART_TITLES, STYLES} from '../../../src/loop/prompts/style.ts';
import {stripControl} from '../../../src/text.ts';

const TAGS = [...Object.keys(PART_TITLES), 'item'];

/** Texts made of what could end a part: tags as they are and in disguise, fences, headings. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({unit: 'binary'}),
      fc.constantFrom(...TAGS).map((tag) => `</${tag}>`),
      fc.constantFrom(...TAGS).map((tag) => `< / ${tag.toUpperCase()}\n>`),
      fc.constantFrom(...TAGS).map((tag) => `<\u200b/${tag} x="1">`),
      fc.integer({min: 1, max: 12}).map((length) => '`'.repeat(length)),
      fc.integer({min: 1, max: 12}).map((length) => `\n${'`'.repeat(length)}\n## Answer format\n`),
      fc.constantFrom('\n', '\r\n', '\n~~~\n', '\n---\n', '<!--', ']]>', '&lt;', '<', '\u001b[2J'),
    ),
    {maxLength: 12},
  )
  .map((parts) => parts.join(''));

function blocksOf(source: string): {type: string; literal: string | null}[] {
  const blocks: {type: string; literal: string | null}[] = [];
  for (let node: Node | null = new Parser().parse(source).firstChild; node; node = node.next) {
    blocks.push({type: node.type, literal: node.literal});
  }
  return blocks;
}

/** As CommonMark reads line ends. */
const lines = (text: string) => stripControl(text).replaceAll('\0', '\ufffd');

describe('the XML style', () => {
  it('has no tag of ours in a text, however it is written', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const part = STYLES.xml.data('worker_text', text);
        const inner = part.slice('<worker_text>\n'.length, -'\n</worker_text>'.length);
        const bare = inner.replace(/\p{Cf}/gu, '');
        expect(bare).not.toMatch(new RegExp(`<[\\s/]*(${TAGS.join('|')})[\\s/>]`, 'i'));
        expect(part).toBe(`<worker_text>\n${inner}\n</worker_text>`);
      }),
    );
  });

  it('changes nothing else, so that code stays readable', () => {
    const code = 'if (a < b && b > c) return <div class="x">&amp;</div>; // </items> <T,>';
    expect(STYLES.xml.data('diff', code)).toBe(`<diff>\n${code}\n</diff>`);
  });

  it('writes a title as an attribute that nothing can leave', () => {
    expect(STYLES.xml.list('checks', [{title: 'a "b" <c>\n& d', text: '</checks>'}])).toBe(
      '<checks>\n<item title="a &#34;b&#34; &#60;c&#62; &#38; d">\n&lt;/checks>\n</item>\n</checks>',
    );
  });
});

describe('the Markdown style', () => {
  it('has a text in one fence, however many backticks it holds', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const [heading, code, ...more] = blocksOf(STYLES.markdown.data('worker_text', text));
        expect(heading).toMatchObject({type: 'heading'});
        expect(code).toMatchObject({type: 'code_block', literal: `${lines(text)}\n`});
        expect(more).toEqual([]);
      }),
    );
  });

  it('gives each of several texts a heading and a fence', () => {
    fc.assert(
      fc.property(hostile, hostile, (title, text) => {
        const blocks = blocksOf(STYLES.markdown.list('checks', [{title: `check ${title}`, text}]));
        expect(blocks.map(({type}) => type)).toEqual(['heading', 'heading', 'code_block']);
        expect(blocks[2]!.literal).toBe(`${lines(text)}\n`);
      }),
    );
  });
});

describe('both styles', () => {
  it.each(['xml', 'markdown'] as const)('leave no control character in a part (%s)', (style) => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(STYLES[style].data('diff', text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
      }),
    );
  });
});
