import {type ChildProcess, spawn} from 'node:child_process';
import {closeSync, openSync, readFileSync, symlinkSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {describe, expect, onTestFinished, test} from 'vitest';
import {newMark} from '../../src/transport/family.ts';
import {startGuard} from '../../src/transport/guard.ts';
import {windowsPlatform} from '../../src/transport/platform.ts';
import {builtProgram} from '../cli/built.ts';
import {onLinux, scratch, until} from './start.ts';
import {ALL_WILD, agent, marked, runningWith, script, WILD, WILD_COUNT, waitFor} from './wild.ts';

/** A name for the guard program by which this file's guards are told from others. */
const GUARD = scratch('guard.js');
symlinkSync(join(dirname(builtProgram()), 'guard.js'), GUARD);

/** The living guards of this file. */
const guards = () => runningWith(GUARD);

describe.skipIf(!onLinux)('a guard', () => {
  test('is started with the first run, and again with the next once it has died', async () => {
    const guard = startGuard(GUARD);
    onTestFinished(() => guard.close());
    expect(guards()).toEqual([]);
    const {mark, child} = await agent(['setsid sleep 71 &']);
    const first = guard.watch({mark});
    first.started(child.pid);
    await until(() => guards().length === 1);
    guard.watch({mark: newMark()}).ended();
    expect(guards()).toHaveLength(1);
    expect(guard.unavailable).toBeNull();

    process.kill(Number(guards()[0]), 'SIGKILL');
    await until(() => guard.unavailable !== null);
    expect(guard.unavailable).toBe('the guard process has ended (SIGKILL)');
    guard.watch({mark: newMark()}).ended();
    await until(() => guards().length === 1);
    expect(guard.unavailable).toBeNull();
    expect(marked(mark)).toHaveLength(2);

    // Let go, it ends what the first one was to guard.
    guard.close();
    await until(() => guards().length === 0);
    expect(marked(mark)).toEqual([]);
    guard.close();
  });

  test('ends quietly where nothing is left to guard', async () => {
    const guard = startGuard(GUARD);
    const {mark} = await agent([]);
    const run = guard.watch({mark});
    await until(() => guards().length === 1);
    run.ended();
    run.ended();
    guard.close();
    await until(() => guards().length === 0);
    expect(marked(mark)).toHaveLength(1);
    expect(guard.unavailable).toBeNull();
  });

  test('that cannot be started says why and hurts nobody', async () => {
    const missing = startGuard(GUARD, {execPath: scratch('no-node')});
    const run = missing.watch({mark: newMark()});
    await until(() => missing.unavailable !== null);
    expect(missing.unavailable).toContain('ENOENT');
    run.started(1);
    run.ended();
    missing.close();

    const failing = startGuard(scratch('no-guard.js'));
    failing.watch({mark: newMark()});
    await until(() => failing.unavailable !== null);
    expect(failing.unavailable).toBe('the guard process has ended (exit code 1)');

    const elsewhere = startGuard(GUARD, {platform: windowsPlatform()});
    elsewhere.watch({mark: newMark()}).ended();
    expect(elsewhere.unavailable).toBe('this system has no way to find the processes of a run');
  });

  test('that finds no descriptor left says so', () => {
    const guard = startGuard(GUARD);
    const held: number[] = [];
    try {
      for (;;) held.push(openSync('/dev/null', 'r'));
    } catch {
      guard.watch({mark: newMark()}).ended();
    }
    for (const fd of held) closeSync(fd);
    expect(guard.unavailable).toContain('EMFILE');
  });
});

describe.skipIf(!onLinux)('when oneshot vanishes', () => {
  /** Starts a program that starts a guard and, guarded, an agent. */
  function guarded(mode: string, agentScript: string) {
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const program = fileURLToPath(new URL('../fixtures/programs/guarded.ts', import.meta.url));
    const argv = ['--import', tsx, program, GUARD, mode, agentScript];
    const parent = spawn(process.execPath, argv, {stdio: ['ignore', 'pipe', 'inherit']});
    let said = '';
    parent.stdout.on('data', (text) => {
      said += text;
    });
    onTestFinished(() => {
      parent.kill('SIGKILL');
    });
    const mark = async (): Promise<string> => {
      await until(() => said.endsWith('\n'));
      return JSON.parse(said).mark;
    };
    return {parent, mark};
  }

  /** SIGHUP is the last that a guard makes its own; see proc(5). */
  const ignoresSignals = (pid: number) => {
    const caught = /^SigCgt:\t(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return (BigInt(`0x${caught}`) & 1n) === 1n;
  };

  const ended = (parent: ChildProcess) => until(() => parent.exitCode !== null || parent.signalCode !== null);

  test('an agent that ignores all it can goes with its tools, whatever the guard is sent', async () => {
    const [, , all] = script(ALL_WILD, `trap '' INT TERM HUP\n${waitFor(scratch('never'))}`);
    const {parent, mark: told} = guarded('wait', String(all));
    const mark = await told();
    await until(() => marked(mark).length >= WILD_COUNT);
    const [guard = 0] = guards();
    await until(() => ignoresSignals(guard));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.kill(guard, signal);
    parent.kill('SIGKILL');
    await until(() => guards().length === 0);
    expect(marked(mark)).toEqual([]);
  });

  test('right after it has started the agent, the guard knows enough', async () => {
    const [, , all] = script([WILD.session, WILD.nohup, WILD['double fork'], WILD.stubborn], 'exec sleep 60');
    const {parent, mark: told} = guarded('at-once', String(all));
    const mark = await told();
    await ended(parent);
    expect(parent.signalCode).toBe('SIGKILL');
    await until(() => guards().length === 0);
    expect(marked(mark)).toEqual([]);
  });

  test('with an exit in the midst of a run, nothing is left either', async () => {
    const {parent, mark: told} = guarded('end', String(script(ALL_WILD, 'exec sleep 60')[2]));
    const mark = await told();
    await ended(parent);
    expect(parent.exitCode).toBe(0);
    await until(() => guards().length === 0);
    expect(marked(mark)).toEqual([]);
  });

  test('the guard does not keep a program from ending', async () => {
    const {parent} = guarded('idle', '');
    await ended(parent);
    expect(parent.exitCode).toBe(0);
    await until(() => guards().length === 0);
  });
});
