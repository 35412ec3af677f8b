/** Folders that are there and may not be read: nothing can be forbidden to the superuser, so that this is played. */
import type fs from 'node:fs/promises';
import {expect, it, vi} from 'vitest';
import {takeSnapshot} from '../../src/activity/snapshot.ts';
import {stateFolder} from './state-folder.ts';

const forbidden = vi.hoisted(() => new Set<string>());
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  const opendir = async (path: string) => {
    if (forbidden.has(path)) throw Object.assign(new Error('EACCES: permission denied'), {code: 'EACCES'});
    return real.opendir(path);
  };
  return {...real, opendir};
});

it('a folder in the watched one counts with its own time, and hides nothing else', async () => {
  const state = stateFolder();
  state.write('closed/file', 'a');
  state.write('open/file', 'a');
  forbidden.add(state.at('closed'));
  const {entries, isWhole} = await takeSnapshot(state.path);
  expect([...entries.keys()].toSorted()).toEqual(['.', 'closed', 'open', 'open/file']);
  expect(entries.get('closed')).toMatchObject({isOpened: false});
  expect(entries.get('open')).toMatchObject({isOpened: true});
  expect(isWhole).toBe(true);
});

it('the watched folder itself is an error', async () => {
  const state = stateFolder();
  forbidden.add(state.path);
  await expect(takeSnapshot(state.path)).rejects.toThrow('EACCES');
});
