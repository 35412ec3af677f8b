import {expect, it} from 'vitest';
import {expectSameFrames, SMALL_BYTES, testCuts} from './cuts.ts';
import {recordedCases} from './recordings.ts';

testCuts(recordedCases().filter(({name}) => !name.startsWith('claude/')));

it('a recording too long to try every place has the same frames wherever it is cut', () => {
  const parts = ['cline/c2-15-resume', 'claude/12d-ttyINT-tool'];
  const long = recordedCases().filter(({name}) => parts.includes(name));
  const bytes = Buffer.concat(long.map(({stdout}) => stdout));
  expect(bytes.length).toBeGreaterThan(SMALL_BYTES);
  expectSameFrames(bytes);
});
