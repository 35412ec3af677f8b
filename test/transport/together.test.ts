import {describe, expect, test} from 'vitest';
import {together} from '../../src/transport/together.ts';

describe('those who ask together', () => {
  test('get one answer, later ones another', async () => {
    let looks = 0;
    const look = together(() => ++looks);
    expect(await Promise.all([look(), look(), look()])).toEqual([1, 1, 1]);
    expect(await look()).toBe(2);
  });

  test('get one that is not older than their question', async () => {
    let state = 'before';
    const look = together(() => state);
    const first = look();
    state = 'after';
    expect(await first).toBe('after');
  });

  test('all go on before anything else happens', async () => {
    let looks = 0;
    const look = together(() => ++looks);
    const order: string[] = [];
    setImmediate(() => setImmediate(() => order.push('something else')));
    await Promise.all([1, 2].map((who) => look().then(() => order.push(`${who}`))));
    await new Promise((settle) => setImmediate(() => setImmediate(settle)));
    expect(order).toEqual(['1', '2', 'something else']);
  });

  test('learn of one failure, and the next look may succeed', async () => {
    let fails = true;
    const look = together(() => {
      if (fails) throw new Error('no descriptor left');
      return 'there';
    });
    const ends = await Promise.allSettled([look(), look()]);
    expect(ends.map(({status}) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await look()).toBe('there');
  });
});
