/** Whatever a file holds, it is settings or one error of ours. */
import fc from 'fast-check';
import {expect, it} from 'vitest';
import {readDocument, readManifest} from '../../../src/cli/config/document.ts';
import {SETTING_KEYS} from '../../../src/cli/config/settings.ts';
import {settingsOf} from '../../../src/cli/config/values.ts';
import {OneshotError} from '../../../src/error.ts';

function reads(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(OneshotError);
    expect(error).toMatchObject({code: 'CONFIG_INVALID', nextStep: expect.stringMatching(/./)});
    return false;
  }
}

const read = (text: string) => reads(() => settingsOf(readDocument('/f', text)));

it('any text', () => {
  fc.assert(
    fc.property(fc.string({unit: 'binary'}), (text) => {
      read(text);
      reads(() => readManifest('/package.json', `{"oneshot": ${text}`));
    }),
  );
});

it('any JSON', () => {
  fc.assert(fc.property(fc.json(), (text) => void read(text)));
});

it('any value of any key', () => {
  const keys = fc.constantFrom(...SETTING_KEYS, 'max_iterations', '__proto__', 'constructor');
  fc.assert(
    fc.property(
      keys,
      fc.jsonValue(),
      (key, value) => void read(`{${JSON.stringify(key)}: ${JSON.stringify(value)}}`),
    ),
    {numRuns: 1000},
  );
});

it('pieces of JSON with one character lost', () => {
  const whole = '{"executor": "claude", /* x */ "env": {"A": {"fromEnv": "B"}}, "maxIterations": 3}';
  expect(read(whole)).toBe(true);
  for (let at = 0; at < whole.length; at++) read(whole.slice(0, at) + whole.slice(at + 1));
});
