import {spawnSync} from 'node:child_process';
import {EventEmitter} from 'node:events';
import {
  appendFileSync,
  chmodSync,
  type FSWatcher,
  mkdirSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {pathToFileURL} from 'node:url';
import {describe, expect, it, onTestFinished} from 'vitest';
import {openWatchOn} from '../../src/activity/folder-watch.ts';
import {type FileChange, Monitor, type MonitorOptions, monitorTaskFiles} from '../../src/activity/monitor.ts';
import {MAX_ENTRIES} from '../../src/activity/snapshot.ts';
import {ManualClock} from '../support/manual-clock.ts';
import {stateFolder, until} from './state-folder.ts';

/** A monitor that only looks when it is told to, and what it has told since it was asked last. */
async function watched(path: string, options: MonitorOptions = {}) {
  const clock = new ManualClock();
  const told: FileChange[][] = [];
  const problems: Error[] = [];
  const monitor = new Monitor(path, (changes) => told.push(changes), {
    clock,
    openWatch: null,
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  onTestFinished(() => monitor.stop());
  await monitor.look();
  const changes = async () => {
    await monitor.look();
    return told
      .splice(0)
      .flat()
      .map(({path, kind}) => `${kind} ${path}`)
      .toSorted();
  };
  return {clock, monitor, told, problems, changes};
}

describe('a watched folder', () => {
  it('tells what is created, changed and removed, all of one look at once', async () => {
    const state = stateFolder();
    state.write('old.json', 'a');
    state.write('gone.json', 'a');
    const {changes, told, monitor, clock} = await watched(state.path);
    expect(told).toEqual([]);
    state.write('new.json', 'a');
    state.write('old.json', 'ab');
    state.remove('gone.json');
    clock.advance(77);
    await monitor.look();
    expect(told.length).toBe(1);
    expect(told[0]!.every(({at}) => at === clock.now())).toBe(true);
    expect(await changes()).toEqual(['changed old.json', 'created new.json', 'removed gone.json']);
    expect(await changes()).toEqual([]);
  });

  it('tells of a file that is replaced by one of the same size and time', async () => {
    const state = stateFolder();
    const sameTime = () => utimesSync(state.at('ui_messages.json'), 1_000, 1_000);
    state.write('ui_messages.json', 'a');
    sameTime();
    const {changes} = await watched(state.path);
    state.replace('ui_messages.json', 'b');
    sameTime();
    expect(await changes()).toEqual(['changed ui_messages.json']);
  });

  it('tells of folders in it, three levels deep', async () => {
    const state = stateFolder();
    state.write('a/b/c/d.json', 'a');
    const {changes} = await watched(state.path);
    state.write('a/b/new.json', 'a');
    state.write('a/b/c/d.json', 'ab');
    expect(await changes()).toEqual(['created a/b/new.json']);
    state.write('a/b/c/e.json', 'a');
    expect(await changes()).toEqual(['changed a/b/c']);
    state.remove('a');
    expect(await changes()).toEqual(['removed a', 'removed a/b', 'removed a/b/c', 'removed a/b/new.json']);
  });

  it('is not followed where links lead in circles or nowhere', async () => {
    const state = stateFolder();
    state.write('elsewhere/file', 'a');
    symlinkSync(state.path, state.at('round'));
    symlinkSync(state.at('nothing'), state.at('nowhere'));
    symlinkSync(state.at('elsewhere/file'), state.at('link'));
    const {changes, problems} = await watched(state.path);
    state.write('elsewhere/file', 'ab');
    expect((await changes()).filter((change) => !change.includes('round'))).toEqual([
      'changed elsewhere/file',
      'changed link',
    ]);
    expect(problems).toEqual([]);
  });

  it('may come late, go, come again and be replaced by a file', async () => {
    const state = stateFolder();
    const {changes, problems} = await watched(state.at('task'));
    expect(await changes()).toEqual([]);
    state.write('task/a', 'a');
    expect(await changes()).toEqual(['created .', 'created a']);
    state.remove('task');
    expect(await changes()).toEqual(['removed .', 'removed a']);
    state.write('task/b', 'a');
    expect(await changes()).toEqual(['created .', 'created b']);
    state.remove('task');
    state.write('task', 'a');
    expect(await changes()).toEqual(['created task', 'removed .', 'removed b']);
    expect(problems).toEqual([]);
  });

  it('whose parent is a file is not there', async () => {
    const state = stateFolder();
    state.write('file', 'a');
    const {changes, problems} = await watched(state.at('file/task'));
    expect(await changes()).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('with too many files still tells that something changes', async () => {
    const state = stateFolder();
    for (let index = 0; index < MAX_ENTRIES + 20; index++) state.write(`many/${index}`, '');
    const {changes} = await watched(state.at('many'));
    expect(await changes()).toEqual([]);
    state.write('many/new', '');
    expect(await changes()).toEqual(['changed .']);
    for (let index = 0; index < 100; index++) state.remove(`many/${index}`);
    expect((await changes()).filter((change) => !change.startsWith('changed'))).toEqual([]);
  });

  it('tells at the first look what was written since a given moment', async () => {
    const state = stateFolder();
    for (const name of ['old', 'new']) state.write(name, 'a');
    utimesSync(state.at('old'), 1_000, 1_000);
    const {changes} = await watched(state.path, {sinceMs: 2_000_000});
    expect(await changes()).toEqual(['changed new']);
  });
});

describe('a watched file', () => {
  it('tells of itself alone', async () => {
    const state = stateFolder();
    state.write('session.jsonl', 'a\n');
    const {changes} = await watched(state.at('session.jsonl'));
    appendFileSync(state.at('session.jsonl'), 'b\n');
    state.write('other.jsonl', 'a');
    expect(await changes()).toEqual(['changed session.jsonl']);
    state.remove('session.jsonl');
    expect(await changes()).toEqual(['removed session.jsonl']);
  });
});

describe('a path that cannot be looked at', () => {
  it('is a problem once, is tried on, and goes on where it was', async () => {
    const state = stateFolder();
    state.write('task/a', 'a');
    const {changes, problems} = await watched(state.at('task'));
    state.remove('task');
    symlinkSync(state.at('task'), state.at('task'));
    expect(await changes()).toEqual([]);
    expect(await changes()).toEqual([]);
    expect(problems.map(({message}) => message)).toEqual([expect.stringContaining('ELOOP')]);
    state.remove('task');
    state.write('task/b', 'a');
    // Another folder, though its inode may be that of the first one.
    expect((await changes()).filter((change) => change !== 'changed .')).toEqual(['created b', 'removed a']);
  });

  it('need not interest anybody', async () => {
    const state = stateFolder();
    symlinkSync(state.at('round'), state.at('round'));
    const told: FileChange[][] = [];
    const monitor = new Monitor(state.at('round'), (changes) => told.push(changes), {
      clock: new ManualClock(),
    });
    await monitor.look();
    monitor.stop();
    expect(told).toEqual([]);
  });

  it('is no problem once nobody watches', async () => {
    const state = stateFolder();
    const problems: Error[] = [];
    symlinkSync(state.at('round'), state.at('round'));
    const onProblem = (problem: Error) => problems.push(problem);
    const monitor = new Monitor(state.at('round'), () => {}, {clock: new ManualClock(), onProblem});
    monitor.stop();
    await monitor.look();
    expect(problems).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('for want of permission is one', async () => {
    const state = stateFolder();
    state.write('task/a', 'a');
    chmodSync(state.at('task'), 0o000);
    const {problems} = await watched(state.at('task'));
    chmodSync(state.at('task'), 0o700);
    expect(problems.map(({message}) => message)).toEqual([expect.stringContaining('EACCES')]);
  });
});

describe('looks', () => {
  it('come in the rhythm of the poller, one for all monitors', async () => {
    const state = stateFolder();
    const clock = new ManualClock();
    const told: string[] = [];
    const stops = ['a', 'b', 'c'].map((name) => {
      mkdirSync(state.at(name));
      const onChange = (changes: FileChange[]) => told.push(...changes.map(({path}) => `${name}/${path}`));
      return new Monitor(state.at(name), onChange, {clock, pollMs: 5_000, openWatch: null});
    });
    await Promise.all(stops.map((monitor) => monitor.look()));
    expect(clock.pendingMs()).toEqual([5_000]);
    for (const name of ['a', 'b', 'c']) state.write(`${name}/file`, 'a');
    clock.advance(4_999);
    await Promise.all(stops.map(() => new Promise(setImmediate)));
    expect(told).toEqual([]);
    clock.advance(1);
    await until(() => told.length === 3, 'each has told of its file');
    for (const monitor of stops) monitor.stop();
    expect(clock.pendingMs()).toEqual([]);
  });

  it('that are under way when it is stopped tell nothing', async () => {
    const state = stateFolder();
    const {monitor, told} = await watched(state.path);
    state.write('new', 'a');
    const looking = monitor.look();
    monitor.stop();
    await looking;
    expect(told).toEqual([]);
  });

  it('of a library user need no clock, and end', async () => {
    const state = stateFolder();
    const told: FileChange[] = [];
    const stop = monitorTaskFiles(state.path, (changes) => told.push(...changes), {pollMs: 10});
    await until(() => {
      writeFileSync(state.at('file'), String(told.length));
      return told.length > 0;
    }, 'a change is told');
    stop();
    expect(told[0]!.path).toBe('file');
    expect(monitorTaskFiles(state.path, () => {})()).toBeUndefined();
  });

  it('do not keep the process alive', () => {
    const state = stateFolder();
    const source = pathToFileURL(`${import.meta.dirname}/../../src/activity/monitor.ts`).href;
    const program = `import {monitorTaskFiles} from ${JSON.stringify(source)};
      monitorTaskFiles(${JSON.stringify(state.path)}, () => {});`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
    const {status, signal, stderr} = spawnSync(process.execPath, args, {timeout: 50_000, encoding: 'utf8'});
    expect({status, signal, stderr}).toEqual({status: 0, signal: null, stderr: ''});
  });
});

describe('an event of the folder', () => {
  const onLinux = openWatchOn('linux');

  it('brings a look forward, a moment after the first of several', async () => {
    const state = stateFolder();
    state.write('session.jsonl', 'a');
    for (const path of [state.path, state.at('session.jsonl')]) {
      const {clock, told} = await watched(path, {openWatch: onLinux});
      clock.advance(2_500);
      appendFileSync(state.at('session.jsonl'), 'b');
      await until(() => clock.pendingMs().length === 2, 'the event has come');
      expect(clock.pendingMs()[0]).toBe(200);
      clock.advance(200);
      await until(() => told.length > 0, 'the change is told');
      expect(told.flat().map(({path}) => path)).toEqual(['session.jsonl']);
    }
  });

  it('soon after a look waits, so that a busy folder does not keep us busy', async () => {
    const state = stateFolder();
    const {clock} = await watched(state.path, {openWatch: onLinux});
    clock.advance(300);
    state.write('file', 'a');
    await until(() => clock.pendingMs().length === 2, 'the event has come');
    expect(clock.pendingMs()[0]).toBe(2_200);
  });

  it('of another file is none of a watched file', async () => {
    const state = stateFolder();
    const watch = fakeWatch();
    state.write('session.jsonl', 'a');
    const {clock} = await watched(state.at('session.jsonl'), {openWatch: watch.open});
    watch.onEvent('other.jsonl');
    expect(clock.pendingMs().length).toBe(1);
    watch.onEvent(null);
    expect(clock.pendingMs().length).toBe(2);
  });

  it('is no evidence by itself', async () => {
    const state = stateFolder();
    const watch = fakeWatch();
    const {clock, changes} = await watched(state.path, {openWatch: watch.open});
    watch.onEvent('file');
    clock.advance(2_500);
    expect(await changes()).toEqual([]);
  });

  it('is not waited for after the end', async () => {
    const state = stateFolder();
    const watch = fakeWatch();
    const {clock, monitor} = await watched(state.path, {openWatch: watch.open});
    watch.onEvent('file');
    monitor.stop();
    expect(clock.pendingMs()).toEqual([]);
    expect(watch.closed).toBe(1);
  });

  it('is waited for anew when the folder is replaced, and not at all when it is gone', async () => {
    const state = stateFolder();
    const watch = fakeWatch();
    mkdirSync(state.at('task'));
    const {changes} = await watched(state.at('task'), {openWatch: watch.open});
    await changes();
    expect(watch).toMatchObject({opened: [state.at('task')], closed: 0});
    state.remove('task');
    await changes();
    expect(watch.closed).toBe(1);
    state.write('task', 'now a file');
    await changes();
    expect(watch.opened).toEqual([state.at('task'), state.path]);
  });

  it('can be done without: polling goes on after an error, and where nothing can be watched', async () => {
    const state = stateFolder();
    const watch = fakeWatch();
    const broken = await watched(state.path, {openWatch: watch.open});
    watch.emitter.emit('error', new Error('out of watches'));
    expect(watch.closed).toBe(1);
    const refused = await watched(state.path, {
      openWatch: () => {
        throw new Error('ENOSPC');
      },
    });
    state.write('file', 'a');
    expect(await broken.changes()).toEqual(['created file']);
    expect(await refused.changes()).toEqual(['created file']);
    expect(openWatchOn('win32')).toBeNull();
  });

  it.runIf(process.platform === 'linux')('leaves no descriptor open', async () => {
    const state = stateFolder();
    const open = () => readdirSync('/proc/self/fd').length;
    const monitorOnce = async () => (await watched(state.path, {openWatch: onLinux})).monitor.stop();
    await monitorOnce();
    const before = open();
    for (let turn = 0; turn < 50; turn++) await monitorOnce();
    await until(() => open() <= before, 'all watches are closed');
  });
});

/** Watching without an operating system. */
function fakeWatch() {
  const watch = {
    opened: [] as string[],
    closed: 0,
    emitter: new EventEmitter(),
    onEvent: (_name: string | null) => {},
    open(folder: string, onEvent: (event: string, name: string | null) => void): FSWatcher {
      watch.opened.push(folder);
      watch.onEvent = (name) => onEvent('change', name);
      return Object.assign(watch.emitter, {
        close: () => void watch.closed++,
      }) as unknown as FSWatcher;
    },
  };
  return watch;
}
