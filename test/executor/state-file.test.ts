import {truncateSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {
  isPlainId,
  readJsonObject,
  readJsonObjects,
  readLastLines,
  wordsIn,
} from '../../src/executor/state-file.ts';
import {type Programs, programs} from './programs.ts';

let world: Programs;
beforeEach(() => {
  world = programs();
});
afterEach(() => world.remove());

describe('an id', () => {
  it.each(['1795337729034', '1795337656803_iozqr', 'a2563e79-522b-4007-ab7c-529425206947'])(
    '%s may name a file',
    (id) => expect(isPlainId(id)).toBe(true),
  );

  it.each(['', '.', '..', '../x', 'a/b', 'a\\b', 'a.json', 'a\0', 'a\n', 'x'.repeat(129)])(
    '%j may not',
    (id) => expect(isPlainId(id)).toBe(false),
  );
});

describe('a JSON file', () => {
  it('is an object or an array of objects', async () => {
    const path = world.write('a.json', '{"a":1}');
    expect(await readJsonObject(path)).toEqual({a: 1});
    expect(await readJsonObjects(path)).toEqual([]);
    const list = world.write('b.json', '[{"a":1},2,{"b":3}]');
    expect(await readJsonObject(list)).toBeNull();
    expect(await readJsonObjects(list)).toEqual([{a: 1}, {b: 3}]);
  });

  it.each([
    ['torn', '{"a":'],
    ['empty', ''],
    ['no JSON', 'words'],
  ])('that is %s is nothing', async (_what, content) => {
    const path = world.write('a.json', content);
    expect(await readJsonObject(path)).toBeNull();
    expect(await readJsonObjects(path)).toEqual([]);
  });

  it('that is missing, a folder or huge is nothing', async () => {
    expect(await readJsonObject(join(world.dir, 'nowhere.json'))).toBeNull();
    expect(await readJsonObject(world.dir)).toBeNull();
    const path = world.write('huge.json', '{}');
    truncateSync(path, 64 * 1024 * 1024 * 1024);
    expect(await readJsonObject(path)).toBeNull();
  });
});

describe('the last lines of a file', () => {
  it('are its objects, without the one that the tail cuts', async () => {
    const path = world.write('a.jsonl', '{"n":1}\n{"n":22}\n{"n":3}\n');
    expect(await readLastLines(path)).toEqual([{n: 1}, {n: 22}, {n: 3}]);
    expect(await readLastLines(path, 10)).toEqual([{n: 3}]);
    expect(await readLastLines(path, 15)).toEqual([{n: 3}]);
  });

  it.each([
    ['a torn line', '{"n":1}\n{"n":'],
    ['a line that is no object', '{"n":1}\n[2]\n'],
  ])('are nothing with %s', async (_what, content) => {
    expect(await readLastLines(world.write('a.jsonl', content))).toBeNull();
  });

  it('of no file are nothing', async () => {
    expect(await readLastLines(join(world.dir, 'nowhere.jsonl'))).toBeNull();
    expect(await readLastLines(world.dir)).toBeNull();
  });

  it('of a huge file are read alone', async () => {
    const path = world.write('a.jsonl', '{"n":1}\n');
    truncateSync(path, 8 * 1024 * 1024 * 1024);
    expect(await readLastLines(path, 16)).toBeNull();
  });
});

it('the words of a message are its texts', () => {
  const content = [{type: 'text', text: 'a'}, {type: 'thinking', text: 'no'}, {type: 'text'}, 1];
  expect(wordsIn([...content, {type: 'text', text: 'b'}])).toBe('ab');
  expect(wordsIn('just words')).toBe('');
});
