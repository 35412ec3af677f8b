import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {describe, expect, it, onTestFinished} from 'vitest';
import {descendsFrom, parentsIn} from '../../src/executor/process-parents.ts';

describe('the parent of a process', () => {
  it.runIf(process.platform === 'linux')(
    'is told by the system, whatever the program is called',
    async () => {
      const child = spawn(process.execPath, [
        '-e',
        'process.title = "a) b (c"; console.log("ready"); setInterval(() => {}, 1e9)',
      ]);
      onTestFinished(() => void child.kill('SIGKILL'));
      await once(child.stdout, 'data');
      const parents = await parentsIn();
      expect(parents!.get(child.pid!)).toBe(process.pid);
      expect(descendsFrom(child.pid!, process.ppid, parents!)).toBe(true);
      expect(descendsFrom(process.pid, child.pid!, parents!)).toBe(false);
    },
  );

  it('is unknown where the system does not tell', async () => {
    expect(await parentsIn(null)).toBeNull();
    const list = () => Promise.reject(new Error('no /proc'));
    const table = {list, describe: async () => [], withVariable: async () => new Set<number>()};
    expect(await parentsIn(table)).toBeNull();
  });
});

describe('a descendant', () => {
  const parents = new Map([
    [5, 4],
    [4, 3],
    [3, 1],
    [1, 0],
  ]);
  it.each([
    [5, 5, true],
    [5, 3, true],
    [5, 1, true],
    [3, 5, false],
    [9, 3, false],
  ])('%i of %i: %s', (pid, ancestor, isOne) => {
    expect(descendsFrom(pid, ancestor, parents)).toBe(isOne);
  });
});
