import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {fuzzCase, logOf} from '../../bench/fuzz-logs.ts';

const CASES = 300;
const TOGETHER = 50;

let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'oneshot-fuzz-'));
});

afterAll(() => rmSync(home, {recursive: true, force: true}));

describe('a damaged log', () => {
  it.each(Array.from({length: CASES / TOGETHER}, (_, index) => index * TOGETHER))(
    'crashes nothing and is never taken for verified: cases from %d on',
    async (first) => {
      for (let seed = first; seed < first + TOGETHER; seed++) {
        const finding = await fuzzCase(home, seed);
        expect(finding, `case ${seed}:\n${finding && logOf(home)}`).toBeNull();
      }
    },
    60_000,
  );
});
