import {expect, it} from 'vitest';
import {ownPassages} from '../../src/loop/verdict-passages.ts';

function own(lines: readonly string[]): string[] {
  const text = lines.join('\n');
  return ownPassages(text).map(({start, end}) => text.slice(start, end).trimEnd());
}

it('a plain answer is one passage', () => {
  expect(own(['a', '', 'b'])).toEqual(['a\n\nb']);
  expect(own([])).toEqual([]);
});

it('a fence of JSON is a passage of its own', () => {
  expect(own(['a', '```json', 'b', '```', 'c'])).toEqual(['a', 'b', 'c']);
  expect(own(['~~~', 'b', '~~~~', 'c'])).toEqual(['b', 'c']);
  expect(own(['1. step', '   ```JSON', '   b', '   ```'])).toEqual(['1. step', '   b']);
  expect(own(['- ```json', '  b', '  ```'])).toEqual(['  b']);
  expect(own(['```json', 'never closed'])).toEqual(['never closed']);
});

it('a fence ends with its own marks', () => {
  expect(own(['````', '```', 'b', '~~~', '````', 'c'])).toEqual(['```\nb\n~~~', 'c']);
  expect(own(['```text', '```json', 'b', '```', 'c'])).toEqual(['c']);
});

it('other fences, block quotes and the elements of others are left out', () => {
  expect(own(['a', '```diff', 'b', '```', 'c'])).toEqual(['a', 'c']);
  expect(own(['a', '> b', ' > c', 'd'])).toEqual(['a', 'd']);
  expect(own(['a', '<final_words_of_the_worker>', 'b', '```', '</final_words_of_the_worker>', 'c'])).toEqual([
    'a',
    'c',
  ]);
  expect(own(['<Thinking depth="2">b</thinking>', 'c'])).toEqual(['c']);
  expect(own(['a', '<example>', 'never closed'])).toEqual(['a']);
});

it('an element of the auditor is its own', () => {
  expect(own(['<answer>', 'a', '</answer>'])).toEqual(['<answer>\na\n</answer>']);
});
