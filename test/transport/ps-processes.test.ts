import {existsSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {psProcesses, psRunner, type RunPs} from '../../src/transport/ps-processes.ts';
import {scratch} from './start.ts';

/** As macOS prints it with LC_ALL=C. */
const LISTING = `    1     0 Ss     3:21.07 Tue Nov 24 08:00:01 2026
  501     1 S+     0:00.25 Wed Nov 25 09:15:00 2026
  502   501 Z      0:00.00 Wed Nov 25 09:15:07 2026
  503   501 R    1-02:03:04 Wed Nov  5 09:15:07 2026
`;

/** A `ps` that answers by the first of its flags. */
function fakePs(answers: Record<string, string>): RunPs {
  return async ([flag = '']) => {
    const answer = answers[flag];
    if (answer === undefined) throw new Error('ps is not there');
    return answer;
  };
}

const table = (answers: Record<string, string>) => psProcesses(fakePs(answers));

describe('the process table of ps', () => {
  test('reads parent, start, state and CPU time', async () => {
    expect(await table({'-axww': LISTING}).list()).toEqual([
      {pid: 1, parentPid: 0, startedAt: 'Tue Nov 24 08:00:01 2026', cpuMs: 201_070, isZombie: false},
      {pid: 501, parentPid: 1, startedAt: 'Wed Nov 25 09:15:00 2026', cpuMs: 250, isZombie: false},
      {pid: 502, parentPid: 501, startedAt: 'Wed Nov 25 09:15:07 2026', cpuMs: 0, isZombie: true},
      {pid: 503, parentPid: 501, startedAt: 'Wed Nov  5 09:15:07 2026', cpuMs: 93_784_000, isZombie: false},
    ]);
  });

  test('reads only those that it is asked for', async () => {
    const [, line = ''] = LISTING.split('\n');
    const asked: string[] = [];
    const ps = psProcesses(async (args) => {
      asked.push(args.join(' '));
      return asked.length === 1 ? line : '';
    });
    expect((await ps.list([501, 9])).map(({pid}) => pid)).toEqual([501]);
    expect(asked[0]).toMatch(/^-ww -p 501,9 -o /);
    expect(await ps.list([9])).toEqual([]);
  });

  test('fails where ps lists nothing or is not there', async () => {
    await expect(table({'-axww': ''}).list()).rejects.toThrow('ps lists no process');
    await expect(table({}).list()).rejects.toThrow('ps is not there');
  });

  test('describes the processes that are still there', async () => {
    const ps = table({'-axww': LISTING, '-ww': `  501 node agent.js \u001b[1mbold\n  503 \n`});
    const entries = await ps.list();
    const commands = (await ps.describe(entries)).map(({command, ioBytes}) => ({command, ioBytes}));
    expect(commands).toEqual(['', 'node agent.js bold', '', ''].map((command) => ({command, ioBytes: null})));
    expect(await ps.describe([])).toEqual([]);
    expect((await table({}).describe(entries)).map(({command}) => command)).toEqual(['', '', '', '']);
  });

  test('takes as environment only what stands behind the command', async () => {
    const plain = [
      '10 node agent.js',
      '11 sh -c MARK=1 sleep',
      '12 sleep 60',
      '13 was something else',
      '15 perl REMARK=1',
    ];
    const extended = [
      '10 node agent.js HOME=/h MARK=1 PATH=/bin',
      '11 sh -c MARK=1 sleep HOME=/h',
      '12 sleep 60 MARKS=1 REMARK=1 OTHER=MARK=1',
      '13 by now this MARK=1',
      '14 started meanwhile MARK=1',
    ];
    const ps = table({'-ww': plain.join('\n'), '-wwE': extended.join('\n')});
    expect(await ps.withVariable([10, 11, 12, 13, 14, 15, 16], 'MARK')).toEqual(new Set([10]));
    expect(await table({}).withVariable([10], 'MARK')).toEqual(new Set());
  });
});

describe.skipIf(!existsSync('/bin/ps'))('the real ps', () => {
  test('tells of this process', async () => {
    const real = psProcesses();
    const own = (await real.list()).filter(({pid}) => pid === process.pid);
    expect(own).toMatchObject([{parentPid: process.ppid, isZombie: false}]);
    expect((await real.describe(own))[0]?.command).not.toBe('');
  });

  test('that finds nothing is no error, and one that is not there is', async () => {
    expect(await psRunner('/bin/false')([])).toBe('');
    await expect(psRunner(scratch('no-ps'))([])).rejects.toThrow('ENOENT');
  });
});
