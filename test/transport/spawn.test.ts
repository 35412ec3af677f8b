import {chmodSync, closeSync, mkdirSync, openSync, readdirSync, writeFileSync, writeSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {OneshotError} from '../../src/error.ts';
import {ptyOpener} from '../../src/transport/openpty.ts';
import {type Platform, platformOf, posixPlatform, windowsPlatform} from '../../src/transport/platform.ts';
import {spawnFailure} from '../../src/transport/spawn-failure.ts';
import {Spool} from '../../src/transport/spool.ts';
import {finish, fixture, onLinux, requestOf, scratch, start, transports} from './start.ts';

const hello = [process.execPath, '-e', 'console.log("hello")'] as [string, ...string[]];

async function failure(...how: Parameters<typeof finish>): Promise<OneshotError> {
  const error = await finish(...how).then(
    () => null,
    (cause) => cause,
  );
  expect(error).toBeInstanceOf(OneshotError);
  return error;
}

describe('choosing a transport', () => {
  test.each(transports)('%s is used as asked for, without a warning', async (transport) => {
    const {child} = await finish(hello, {transport});
    expect(child).toMatchObject({transport, transportWarning: null});
    expect(child.transportReason.length).toBeGreaterThan(10);
  });

  test.skipIf(process.platform === 'win32')('auto is a PTY', async () => {
    const {child} = await finish(hello, {transport: 'auto'});
    expect(child.transport).toBe('pty');
  });

  test.each(['auto', 'pty'] as const)(
    '%s falls back to a pipe, with one warning that says why',
    async (transport) => {
      const openPty = ptyOpener(() => Promise.reject(new Error('koffi is not installed')));
      const {child, stdout} = await finish(hello, {transport}, undefined, {openPty});
      expect(String(stdout)).toBe('hello\n');
      expect(child.transport).toBe('pipe');
      expect(child.transportReason).toBe('no pseudo-terminal: koffi is not installed');
      expect(child.transportWarning).toContain('koffi is not installed; output goes through a pipe');
    },
  );

  test.skipIf(!onLinux)('a PTY that Node refuses is given back', async () => {
    const before = readdirSync('/proc/self/fd').length;
    const openPty = async () => ({master: openSync('/dev/null', 'r'), slave: openSync('/dev/null', 'r')});
    const {child, stdout} = await finish(hello, {transport: 'pty'}, undefined, {openPty});
    expect(String(stdout)).toBe('hello\n');
    expect(child.transportReason).toMatch(/^no pseudo-terminal: .*TTY/);
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  test('on Windows it is a pipe, with one warning', async () => {
    const {child} = await finish(hello, {transport: 'auto'}, undefined, {platform: likeWindows()});
    expect(child).toMatchObject({
      transport: 'pipe',
      transportReason: 'no pseudo-terminal: Windows has none that can be used here',
    });
    expect(child.transportWarning).toContain('Windows has none');
  });
});

describe.each(transports)('a program that cannot be started on %s', (transport) => {
  test('and is nowhere on PATH is named', async () => {
    const error = await failure(['no-such-agent', '--version'], {transport});
    expect(error).toMatchObject({code: 'AGENT_NOT_FOUND', message: 'no-such-agent was not found on PATH.'});
    expect(error.cause).toMatchObject({code: 'ENOENT'});
  });

  test('and has a path that leads nowhere is named', async () => {
    const error = await failure([scratch('no-such-agent')], {transport});
    expect(error).toMatchObject({
      code: 'AGENT_NOT_FOUND',
      message: `${scratch('no-such-agent')} does not exist.`,
    });
  });

  test('since its working directory is missing, or is a file, is not blamed', async () => {
    writeFileSync(scratch('file'), '');
    const missing = await failure(hello, {transport, cwd: scratch('missing')});
    expect(missing).toMatchObject({code: 'CWD_UNUSABLE'});
    expect(missing.message).toContain(scratch('missing'));
    const file = await failure(hello, {transport, cwd: scratch('file')});
    expect(file).toMatchObject({
      code: 'CWD_UNUSABLE',
      message: `The working directory ${scratch('file')} is not a folder.`,
    });
  });

  test.skipIf(process.platform === 'win32')(
    'and may not be executed gets the command that helps',
    async () => {
      writeFileSync(scratch('plain'), 'text');
      const error = await failure([scratch('plain')], {transport});
      expect(error).toMatchObject({code: 'SPAWN_FAILED'});
      expect(error.nextStep).toContain('chmod +x');
    },
  );

  test.skipIf(process.platform === 'win32')('for want of its interpreter says so', async () => {
    mkdirSync(scratch('bin'), {recursive: true});
    writeFileSync(scratch('bin', 'script'), '#!/no/such/interpreter\n');
    chmodSync(scratch('bin', 'script'), 0o755);
    const error = await failure(['bin/script'], {transport});
    expect(error).toMatchObject({code: 'SPAWN_FAILED'});
    expect(error.message).toBe('bin/script is there, but the interpreter or loader it names is not.');
  });

  test.skipIf(process.platform === 'win32')(
    'with arguments that are too large is told another way',
    async () => {
      const error = await failure([...hello, 'x'.repeat(3_000_000)], {transport});
      expect(error).toMatchObject({code: 'SPAWN_FAILED', cause: {code: 'E2BIG'}});
      expect(error.nextStep).toContain('stdin');
    },
  );

  test('for another reason gets that reason', async () => {
    const error = await failure([...hello, 'a\0b'], {transport});
    expect(error).toMatchObject({code: 'SPAWN_FAILED'});
    expect(error.message).toContain('null bytes');
    const nameless = await failure([''], {transport});
    expect(nameless.message).toMatch(/^A program without a name could not be started/);
  });
});

test('an error without a text of ours keeps its own', async () => {
  const unknown = await spawnFailure(new Error('out of order'), requestOf(hello));
  expect(unknown.message).toBe(`${process.execPath} could not be started: out of order.`);
  const cause = Object.assign(new Error('spawn EIO'), {code: 'EIO'});
  const error = await spawnFailure(cause, requestOf(hello));
  expect(error).toMatchObject({
    code: 'SPAWN_FAILED',
    message: `${process.execPath} could not be started: spawn EIO.`,
  });
});

test('a spool folder that is not there is named', async () => {
  const error = await failure(hello, {transport: 'buffered', spoolDir: scratch('missing')});
  expect(error).toMatchObject({code: 'STATE_UNWRITABLE'});
  expect(error.message).toContain(scratch('missing'));
});

test('spooled output is for its owner alone and is gone at the end', async () => {
  mkdirSync(scratch('spools'), {recursive: true});
  const list = 'const {readdirSync, statSync} = require("fs"); const [dir] = process.argv.slice(1);';
  const show = `${list} for (const f of readdirSync(dir, {recursive: true})) console.log(f, statSync(dir + "/" + f).mode.toString(8))`;
  const argv = [process.execPath, '-e', show, scratch('spools')] as [string, ...string[]];
  const {stdout} = await finish(argv, {transport: 'buffered', spoolDir: scratch('spools')});
  const modes = String(stdout)
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[1]);
  if (process.platform !== 'win32') expect(modes).toEqual(['40700', '100600', '100600']);
  expect(readdirSync(scratch('spools'))).toEqual([]);
});

test('a spool that is cut while it is read counts as not drained', async () => {
  mkdirSync(scratch('cut'), {recursive: true});
  const cut = () => {
    const [dir] = readdirSync(scratch('cut'));
    writeFileSync(scratch('cut', dir as string, 'stdout'), '');
  };
  const argv = fixture('write-and-exit', 100_000);
  const {exit, stdout, child} = await finish(argv, {transport: 'buffered', spoolDir: scratch('cut')}, cut);
  expect(exit.drained).toBe(false);
  expect(stdout.length).toBe(64 * 1024);
  expect(child.bytesSeen()).toBe(0);
});

test('a spool that the disk will not give back counts as not drained', async () => {
  mkdirSync(scratch('bad'), {recursive: true});
  const heard: string[] = [];
  const spool = await Spool.open(scratch('bad'), (stream, bytes) => heard.push(`${stream} ${bytes}`));
  const [stdout, stderr] = spool.targets;
  writeSync(stderr, 'still read');
  // A folder has a size, but reading it is an error.
  closeSync(stdout);
  expect(openSync(scratch('bad'), 'r')).toBe(stdout);
  expect(await spool.finish()).toBe(false);
  expect(heard).toEqual(['stderr still read']);
  expect(readdirSync(scratch('bad'))).toEqual([]);
});

/** Windows as far as it can be had here: no PTY, no process group, programs found by a parser. */
function likeWindows(seen: unknown[] = []): Platform {
  return windowsPlatform(
    async () => (file, args, options) => {
      seen.push({file, args, options});
      return {command: file, args: [...args], options: {windowsVerbatimArguments: true}, file};
    },
    () => {},
  );
}

describe('platforms', () => {
  test('differ in name only where they must', () => {
    expect(platformOf('win32')).toMatchObject({detached: false});
    expect(platformOf('linux')).toMatchObject({detached: true, noPty: null});
    expect(platformOf('darwin')).toMatchObject({detached: true, noPty: null});
  });

  test('Windows programs go through the parser for .cmd shims', async () => {
    const seen: unknown[] = [];
    const {stdout} = await finish(hello, {transport: 'pipe'}, undefined, {platform: likeWindows(seen)});
    expect(String(stdout)).toBe('hello\n');
    expect(seen).toEqual([
      {file: hello[0], args: hello.slice(1), options: {cwd: scratch(), env: process.env}},
    ]);
  });

  test('a Windows program that the parser does not find is named, since cmd.exe would not fail', async () => {
    const platform = windowsPlatform(async () => (file, args) => ({
      command: file,
      args: [...args],
      options: {},
    }));
    const error = await failure(['no-such-agent'], {transport: 'pipe'}, undefined, {platform});
    expect(error).toMatchObject({code: 'AGENT_NOT_FOUND', message: 'no-such-agent was not found on PATH.'});
  });

  test('the parser is cross-spawn', async () => {
    // Elsewhere than on Windows it changes nothing and looks for no file.
    const found = windowsPlatform().command(requestOf(hello));
    if (process.platform === 'win32') expect((await found).file).toContain('node');
    else await expect(found).rejects.toMatchObject({code: 'ENOENT'});
  });

  test('a signal goes to the group, else to the process, and is never an error', () => {
    const tried: [number, NodeJS.Signals][] = [];
    const refusing = (refused: number[]) => (pid: number, signal?: string | number) => {
      tried.push([pid, signal as NodeJS.Signals]);
      if (refused.includes(pid)) throw new Error('ESRCH');
      return true as const;
    };
    expect(posixPlatform(refusing([])).signal(7, 'SIGINT')).toBe(true);
    expect(posixPlatform(refusing([-7])).signal(7, 'SIGTERM')).toBe(true);
    expect(posixPlatform(refusing([-7, 7])).signal(7, 'SIGKILL')).toBe(false);
    expect(tried).toEqual([
      [-7, 'SIGINT'],
      [-7, 'SIGTERM'],
      [7, 'SIGTERM'],
      [-7, 'SIGKILL'],
      [7, 'SIGKILL'],
    ]);
  });

  test('a process that has exited is never signalled, since its number may be taken', async () => {
    const signalled: number[] = [];
    const platform: Platform = {
      ...platformOf(process.platform),
      signal: (pid) => signalled.push(pid) > 0,
    };
    const {child} = await start(fixture('stubborn'), {transport: 'pipe'}, undefined, {platform});
    expect(child.kill('SIGTERM')).toBe(true);
    process.kill(child.pid, 'SIGKILL');
    await child.exit;
    expect(child.kill('SIGTERM')).toBe(false);
    expect(signalled).toEqual([child.pid]);
  });

  test('on Windows taskkill ends the tree, by force in the end', () => {
    const calls: string[][] = [];
    const platform = windowsPlatform(undefined, (args) => calls.push(args));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const)
      expect(platform.signal(7, signal)).toBe(true);
    expect(calls).toEqual([
      ['/pid', '7', '/T'],
      ['/pid', '7', '/T'],
      ['/pid', '7', '/T', '/F'],
    ]);
  });
});
