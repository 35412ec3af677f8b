import {afterEach, describe, expect, it} from 'vitest';
import {claudeSays, createWorld, type Step, type World} from '../support/session.ts';
import {all, goOn, type PlayOptions, play, RETRY} from './play.ts';

let world: World;
afterEach(() => world.remove());

async function begin(runs: Step[][], options: PlayOptions = {}) {
  world = await createWorld({runs});
  const {finished} = await play(world, {maxIterations: 4, ...options});
  return finished;
}

const IDLE = claudeSays('I have painted it.');
const worksAt = (text: string): Step[] => [{writeFile: ['wall', text]}, ...IDLE];

/** A check that says something else each time, and leaves something else behind. */
const NOISY = 'date +%N | tee report; exit 1';

describe('a loop without progress', () => {
  it('ends after two iterations that change nothing', async () => {
    expect(await begin([IDLE, RETRY, IDLE, RETRY])).toMatchObject({
      ending: 'no-progress',
      iterations: 2,
      reason: 'Two iterations have changed neither files nor checks nor words. a wall is bare',
    });
  });

  it('ends by its checks alone too, whatever they print and leave behind', async () => {
    const finished = await begin([IDLE], {auditor: null, rules: {checks: [NOISY]}});
    expect(finished).toMatchObject({ending: 'no-progress', iterations: 2});
  });

  it('ends after work that is followed by two idle iterations', async () => {
    const finished = await begin([worksAt('red'), RETRY, IDLE, RETRY, IDLE, RETRY], {maxIterations: 9});
    expect(finished).toMatchObject({ending: 'no-progress', iterations: 3});
  });

  it('is none after one idle iteration between others', async () => {
    const runs = [worksAt('a'), RETRY, IDLE, RETRY, worksAt('b'), RETRY, IDLE, RETRY];
    expect(await begin(runs)).toMatchObject({ending: 'exhausted', iterations: 4});
  });

  it('is none while the words change', async () => {
    const runs = ['a', 'b', 'c', 'd'].flatMap((words) => [claudeSays(words), RETRY]);
    expect(await begin(runs)).toMatchObject({ending: 'exhausted', iterations: 4});
  });

  it('is none while files change', async () => {
    const runs = ['a', 'b', 'c', 'd'].flatMap((text) => [worksAt(text), RETRY]);
    expect(await begin(runs)).toMatchObject({ending: 'exhausted', iterations: 4});
  });

  it('is none while checks change', async () => {
    const checks = [
      'exit $(($(cat ../count 2>/dev/null || echo 0) + 1))',
      'echo x >> ../n; wc -l < ../n > ../count',
    ];
    const finished = await begin([IDLE], {auditor: null, rules: {checks}});
    expect(finished).toMatchObject({ending: 'exhausted', iterations: 4});
    expect(all(world, 'check_finished').flatMap(({exitCode}) => (exitCode ? [exitCode] : []))).toEqual([
      1, 2, 3, 4,
    ]);
  });

  it('goes on when it is resumed, and ends again', async () => {
    await begin([IDLE, RETRY]);
    const runs = world.starts().length;
    expect((await goOn(world, {maxIterations: 9})).finished).toMatchObject({ending: 'no-progress'});
    expect(world.starts().length).toBeGreaterThan(runs);
  });
});
