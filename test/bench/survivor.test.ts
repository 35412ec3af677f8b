import {execFileSync} from 'node:child_process';
import {describe, expect, it} from 'vitest';
import {atOnce} from '../../bench/at-once.ts';
import {ENDINGS} from '../../bench/survivor/ending.ts';
import {isLeftover, LEFTOVERS, quoted, startLines} from '../../bench/survivor/leftovers.ts';
import {realCases} from '../../bench/survivor/real.ts';

describe('cases with real agents', () => {
  const names = (count: number) => realCases(count).map((one) => Object.values(one).join(' '));

  it('are all different and have every agent with every ending, in the tool and in the model', () => {
    expect(new Set(names(6 * ENDINGS.length)).size).toBe(6 * ENDINGS.length);
  });

  it('begin with one of each agent, each with another ending', () => {
    const first = realCases(3);
    expect(new Set(first.map(({agent}) => agent)).size).toBe(3);
    expect(new Set(first.map(({ending}) => ending)).size).toBe(3);
  });
});

describe.skipIf(process.platform === 'win32')('leftovers', () => {
  it('are started with their own arguments, byte for byte', () => {
    const [set] = startLines(['stubborn']);
    const script = String.raw`${set}; printf '%s\n' "$@"`;
    const said = execFileSync('sh', ['-c', script], {encoding: 'utf8'});
    expect(said).toBe(`${LEFTOVERS.stubborn.argv.join('\n')}\n`);
    expect(execFileSync('sh', ['-c', `printf %s ${quoted(`it's "$HOME"`)}`], {encoding: 'utf8'})).toBe(
      `it's "$HOME"`,
    );
  });

  it('are known by their command line', () => {
    expect(isLeftover('nohup', 'sleep 1802 ')).toBe(true);
    expect(isLeftover('nohup', 'sleep 1801')).toBe(false);
  });
});

describe('jobs at once', () => {
  it('are never more than allowed, and all are done', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    const job = async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      done++;
    };
    await atOnce(3, Array(10).fill(job));
    expect({most, done}).toEqual({most: 3, done: 10});
  });

  it('are not begun any more once one has failed', async () => {
    let begun = 0;
    const failing = async () => {
      begun++;
      throw new Error('no');
    };
    await expect(atOnce(1, [failing, failing])).rejects.toThrow('no');
    expect(begun).toBe(1);
  });
});
