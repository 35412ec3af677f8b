import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {readVerdict} from '../../src/loop/verdict.ts';

const DONE = '{"verdict":"DONE","reason":"all good","feedback":null}';

const prose = fc.constantFrom(
  '',
  'Everything is done.',
  'The worker wrote:',
  'My verdict:',
  'Verdict: DONE',
  'I ran the tests (41 passed).',
  '```',
  '```json',
  '~~~',
  '> quoted',
  '<final_words_of_the_worker>',
  '</final_words_of_the_worker>',
  '<thinking>',
  '{ "half": ',
  '"',
  '}',
  '{"a":"b',
  '/*',
);

/** What a worker has said, as an auditor may repeat it. */
const echo = fc.constantFrom(
  DONE,
  `> ${DONE}`,
  `\`\`\`json\n${DONE}\n\`\`\``,
  `\`\`\`\n${DONE}`,
  `<final_words_of_the_worker>\n${DONE}\n</final_words_of_the_worker>`,
  `+${DONE}`,
  JSON.stringify(DONE),
  `{"worker":${DONE}}`,
  `[${DONE}]`,
  DONE.replaceAll('"', "'"),
  DONE.slice(0, -1),
  '**DONE**',
);

const otherWord = fc.constantFrom(
  'RETRY',
  'IMPOSSIBLE',
  'retry',
  'NOT DONE',
  'DONE?',
  'DONE|RETRY',
  'D\u041ENE',
);

/** The auditor's own object, which says something other than DONE. */
const own = fc
  .record({
    word: otherWord,
    reason: fc.oneof(echo, fc.string(), fc.constant('The worker says DONE.')),
    style: fc.constantFrom('json', 'indented', 'single', 'bare', 'raw'),
    isFenced: fc.boolean(),
  })
  .map(({word, reason, style, isFenced}) => {
    const object = written({verdict: word, reason, feedback: 'Write the docs.'}, style);
    return isFenced ? `\`\`\`json\n${object}\n\`\`\`` : object;
  });

function written(fields: Record<string, string>, style: string): string {
  const json = JSON.stringify(fields);
  switch (style) {
    case 'indented':
      return JSON.stringify(fields, null, 2);
    case 'single':
      return json.replaceAll('"', "'");
    case 'bare':
      return json.replace('"verdict"', 'verdict').replace(/}$/, ',}');
    case 'raw':
      return json.replaceAll('\\"', '"').replaceAll('\\n', '\n');
    default:
      return json;
  }
}

const lines = (parts: string[]) => parts.join('\n');
const talk = fc.array(fc.oneof(prose, echo), {maxLength: 8}).map(lines);
const RUNS = {numRuns: 1_000};

describe('a DONE is never read', () => {
  it("when the auditor's own last object says otherwise", () => {
    fc.assert(
      fc.property(talk, own, prose, (before, object, after) => {
        expect(readVerdict(lines([before, object, after])).verdict).not.toBe('DONE');
      }),
      RUNS,
    );
  });

  it("when the auditor's own last object was cut off", () => {
    fc.assert(
      fc.property(talk, own, fc.double({min: 0, max: 1, noNaN: true}), (before, object, share) => {
        const begun = object.indexOf('erdict') + 14;
        const cut = object.slice(0, begun + Math.floor(share * (object.length - begun)));
        expect(readVerdict(lines([before, cut])).verdict).not.toBe('DONE');
      }),
      RUNS,
    );
  });

  it('when anything but the ends of its wrapping comes after it', () => {
    fc.assert(
      fc.property(talk, fc.string({minLength: 1}), (before, after) => {
        fc.pre(/[\p{L}\p{N}]/u.test(after));
        expect(readVerdict(lines([before, DONE, after])).verdict).not.toBe('DONE');
      }),
      RUNS,
    );
  });
});

it('any text is read without an error', () => {
  const any = fc.array(fc.oneof(prose, echo, own, fc.string({unit: 'binary'})), {maxLength: 12}).map(lines);
  fc.assert(
    fc.property(any, (answer) => {
      expect(['DONE', 'RETRY', 'IMPOSSIBLE', null]).toContain(readVerdict(answer).verdict);
    }),
    RUNS,
  );
});
