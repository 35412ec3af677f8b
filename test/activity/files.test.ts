import {symlinkSync, utimesSync} from 'node:fs';
import {describe, expect, it, onTestFinished} from 'vitest';
import {FilesSource} from '../../src/activity/files.ts';
import {ManualClock} from '../support/manual-clock.ts';
import {stateFolder, until} from './state-folder.ts';

/** Where the agent's files are, which a test may change, and what the source tells. */
function source(where: string | null | (() => Promise<string | null>)) {
  const clock = new ManualClock();
  const place = {path: typeof where === 'string' ? where : null};
  const locate = typeof where === 'function' ? where : async () => place.path;
  const files = new FilesSource({locate, clock});
  const alive: string[] = [];
  const failed: string[] = [];
  files.start({alive: (what) => alive.push(what), failed: (why) => failed.push(why)});
  onTestFinished(() => files.stop());
  /** What has been told since, after one more look. */
  const told = async () => {
    await files.look();
    return alive.splice(0);
  };
  return {clock, place, files, alive, failed, told};
}

/** A state folder whose files are all older than anything that a test does. */
function oldFolder() {
  const state = stateFolder();
  state.write('ui_messages.json', 'a');
  utimesSync(state.at('ui_messages.json'), 1, 1);
  return state;
}

describe('files as evidence', () => {
  it('tell what has changed, and nothing while nothing does', async () => {
    const state = oldFolder();
    const {told, files} = source(state.path);
    expect(files.kind).toBe('files');
    expect(await told()).toEqual([]);
    state.replace('ui_messages.json', 'b');
    expect(await told()).toEqual(['ui_messages.json changed']);
    expect(await told()).toEqual([]);
    state.remove('ui_messages.json');
    expect(await told()).toEqual(['ui_messages.json removed']);
  });

  it('are named by what stays, not by the passing names of a write', async () => {
    const state = oldFolder();
    const {told} = source(state.path);
    await told();
    for (const name of ['a.tmp.1.x.json', 'b.tmp', 'task.json']) state.write(name, '');
    expect(await told()).toEqual(['task.json created and 2 more']);
    state.write('c.json.tmp', '');
    expect(await told()).toEqual(['c.json.tmp created']);
  });

  it('may come late, and go', async () => {
    const state = stateFolder();
    const {told} = source(state.at('task'));
    await told();
    state.write('task/ui_messages.json', '');
    expect(await told()).toEqual(['ui_messages.json created and 1 more']);
    state.remove('task/ui_messages.json');
    await told();
    state.remove('task');
    expect(await told()).toEqual(['the folder removed']);
  });

  it('are looked at in the rhythm of the clock', async () => {
    const state = oldFolder();
    const {told, alive, clock} = source(state.path);
    await told();
    state.write('new.json', '');
    clock.advance(5_000);
    await until(() => alive.length > 0, 'the change is told');
    expect(alive).toEqual(['new.json created']);
  });

  it('are asked for until they are known, and followed when they move', async () => {
    const state = oldFolder();
    const other = oldFolder();
    const {told, place, clock} = source(null);
    expect(await told()).toEqual([]);
    place.path = state.path;
    expect(await told()).toEqual([]);
    state.write('new.json', '');
    expect(await told()).toEqual(['new.json created']);
    place.path = other.path;
    await told();
    state.write('newer.json', '');
    other.write('newest.json', '');
    expect(await told()).toEqual(['newest.json created']);
    // Not known any more: where they were is where they are.
    place.path = null;
    other.write('even-newer.json', '');
    expect(await told()).toEqual(['even-newer.json created']);
    // The poll, and perhaps a look that an event has brought forward: of one folder only.
    expect(clock.pendingMs().length).toBeLessThanOrEqual(2);
  });

  it('that were written before they were found show life too, unless they are older than the run', async () => {
    const state = oldFolder();
    const {told, place} = source(null);
    await told();
    state.write('first.json', '');
    place.path = state.path;
    expect(await told()).toEqual(['first.json changed']);
  });

  it('tell nothing after the end', async () => {
    const state = oldFolder();
    const {told, files, clock} = source(state.path);
    await told();
    files.stop();
    state.write('new.json', '');
    expect(await told()).toEqual([]);
    expect(clock.pendingMs()).toEqual([]);
  });

  it('that are found only after the end are left alone', async () => {
    let find = (_path: string) => {};
    const {files, clock} = source(() => new Promise((resolve) => (find = resolve)));
    const looking = files.look();
    files.stop();
    find(stateFolder().path);
    await looking;
    expect(clock.pendingMs()).toEqual([]);
  });
});

describe('a source that fails', () => {
  it('says why, once, and is silent then', async () => {
    const state = stateFolder();
    symlinkSync(state.at('round'), state.at('round'));
    const {told, failed, clock} = source(state.at('round'));
    await told();
    await told();
    expect(failed).toEqual([expect.stringContaining('ELOOP')]);
    expect(clock.pendingMs()).toEqual([]);
  });

  it('for want of a place says why', async () => {
    const {told, failed} = source(() => Promise.reject(new Error('no place')));
    await told();
    expect(failed).toEqual(['no place']);
  });

  it('after the end says nothing', async () => {
    let refuse = (_error: Error) => {};
    const {files, failed} = source(() => new Promise((_resolve, reject) => (refuse = reject)));
    const looking = files.look();
    files.stop();
    refuse(new Error('too late'));
    await looking;
    expect(failed).toEqual([]);
  });

  it('to answer at all does not hold up the one who asks', async () => {
    const {files, clock} = source(() => new Promise(() => {}));
    const looking = files.look();
    clock.advance(2_000);
    await looking;
  });
});

it('files need no clock of ours', async () => {
  const files = new FilesSource({locate: async () => null, pollMs: 1});
  files.stop();
  await files.look();
});
