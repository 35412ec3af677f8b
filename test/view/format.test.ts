import {describe, expect, it} from 'vitest';
import {count, duration, elapsed, usageParts} from '../../src/view/format.ts';
import {painter, wantsColor} from '../../src/view/style.ts';

describe('figures for people', () => {
  it.each([
    [0, '0.0 s'],
    [340, '0.3 s'],
    [9949, '9.9 s'],
    [9950, '10 s'],
    [59_600, '1:00'],
    [125_000, '2:05'],
    [3_725_000, '1:02:05'],
    [-5, '0.0 s'],
  ])('%d ms take %s', (ms, text) => expect(duration(ms)).toBe(text));

  it.each([
    [999, '0:00'],
    [42_000, '0:42'],
    [3_600_000, '1:00:00'],
  ])('%d ms have elapsed as %s', (ms, text) => expect(elapsed(ms)).toBe(text));

  it.each([
    [950, '950'],
    [12_345, '12.3k'],
    [999_949, '999.9k'],
    [999_950, '1.0M'],
    [1_200_000, '1.2M'],
  ])('%d is %s', (value, text) => expect(count(value)).toBe(text));

  it('leaves out what is not known of the usage', () => {
    expect(usageParts({inputTokens: 1200, outputTokens: null, costUsd: 0.0123, turns: null})).toEqual([
      '1.2k tokens in',
      '$0.0123',
    ]);
    expect(usageParts({inputTokens: null, outputTokens: 3, costUsd: 12.345, turns: null})).toEqual([
      '3 out',
      '$12.35',
    ]);
  });
});

describe('colours', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{TERM: 'dumb'}, true, false],
    [{NO_COLOR: '1'}, true, false],
    [{NO_COLOR: ''}, true, true],
    [{FORCE_COLOR: '1'}, false, true],
    [{FORCE_COLOR: '1', NO_COLOR: '1'}, false, true],
    [{FORCE_COLOR: '0'}, true, false],
  ])('%j, a terminal: %s → %s', (env, isTerminal, wanted) => {
    expect(wantsColor(env as Record<string, string>, isTerminal)).toBe(wanted);
  });

  it('paints only where colours are wanted', () => {
    expect(painter(false)('red', 'x')).toBe('x');
    expect(painter(true)('red', 'x')).toBe('\x1b[31mx\x1b[39m');
    expect(painter(true)('plain', 'x')).toBe('x');
  });
});
