import {closeSync, readdirSync, readlinkSync, writeSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {type Ffi, openPty, type Pty, ptyOpener} from '../../src/transport/openpty.ts';
import {PtySource} from '../../src/transport/pty-source.ts';
import {Reading} from '../../src/transport/reading.ts';
import {onLinux, until} from './start.ts';

const koffi = (): Promise<Ffi> => import('koffi');

/** koffi, but with some of the functions of the C library answering otherwise. */
async function koffiWith(answers: Record<string, () => number>): Promise<Ffi> {
  const real = await koffi();
  return {
    errno: () => 24,
    load: (library) => {
      const handle = real.load(library);
      return {
        func(definition) {
          const replaced = Object.keys(answers).find((name) => definition.includes(` ${name}(`));
          return replaced === undefined ? handle.func(definition) : (answers[replaced] as () => number);
        },
      };
    },
  };
}

async function withPty(use: (pty: Pty) => Promise<void> | void): Promise<void> {
  const pty = await openPty();
  if ('unavailable' in pty) throw new Error(pty.unavailable);
  await use(pty);
}

describe.skipIf(process.platform === 'win32')('opening a PTY', () => {
  test('gives two descriptors', () =>
    withPty(({master, slave}) => {
      expect(slave).not.toBe(master);
      closeSync(master);
      closeSync(slave);
    }));

  test('without koffi says so', async () => {
    const open = ptyOpener(() => Promise.reject(new Error("Cannot find package 'koffi'")));
    expect(await open()).toEqual({unavailable: "Cannot find package 'koffi'"});
    expect(await open()).toEqual({unavailable: "Cannot find package 'koffi'"});
  });

  test('without a C library that has openpty names what was tried', async () => {
    const open = ptyOpener(async () => ({
      errno: () => 0,
      load(library) {
        throw new Error(`not ${library}`);
      },
    }));
    expect(await open()).toEqual({
      unavailable:
        'no C library with openpty: not null; not libutil.so.1; not libc.so.6; not libutil.so; not libSystem.B.dylib',
    });
  });

  test('takes the first C library that has it', async () => {
    const real = await koffi();
    const tried: (string | null)[] = [];
    const open = ptyOpener(async () => ({
      errno: () => real.errno(),
      load(library) {
        tried.push(library);
        if (tried.length < 3) throw new Error('no such library');
        return real.load(null);
      },
    }));
    const pty = await open();
    expect(pty).toHaveProperty('master');
    expect(tried).toEqual([null, 'libutil.so.1', 'libc.so.6']);
    for (const fd of Object.values(pty)) closeSync(fd);
  });

  test('that the system refuses names the error', async () => {
    const open = ptyOpener(() => koffiWith({openpty: () => -1}));
    expect(await open()).toEqual({unavailable: 'openpty: EMFILE'});
  });

  test.skipIf(!onLinux)('that fails half-way leaves no descriptor', async () => {
    const before = readdirSync('/proc/self/fd').length;
    for (const name of ['fcntl', 'tcgetattr', 'tcsetattr']) {
      const open = ptyOpener(() => koffiWith({[name]: () => -1}));
      expect(await open()).toEqual({unavailable: `${name}: EMFILE`});
    }
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });
});

describe.skipIf(!onLinux)('reading a PTY', () => {
  test('that somebody hangs up ends after the exit, and touches no descriptor that is not its own', () =>
    withPty(async ({master, slave}) => {
      const said: string[] = [];
      const reading = new Reading((_stream, bytes) => said.push(String(bytes)));
      // The source holds another descriptor for the slave, so that closing the real one is the hang-up.
      const other = await openPty();
      if ('unavailable' in other) throw new Error(other.unavailable);
      closeSync(other.master);
      const source = new PtySource({master, slave: other.slave}, reading);
      reading.add(source);
      writeSync(slave, 'last words');
      await until(() => said.length > 0);
      closeSync(slave);
      await until(() => !opened(master));
      expect(await reading.finish()).toBe(true);
      source.close();
      expect(said).toEqual(['last words']);
      expect(opened(other.slave)).toBe(false);
    }));

  test('whose writer keeps pace with the reader stops after a while', () =>
    withPty(({master, slave}) => {
      const more = Buffer.alloc(2000, 'more ');
      let bytes = 0;
      const sink = {
        paused: false,
        sourceEnded() {},
        write(_stream: string, chunk: Buffer) {
          bytes += chunk.length;
          writeSync(slave, more);
        },
      };
      const source = new PtySource({master, slave}, sink);
      writeSync(slave, more);
      source.poll();
      expect(bytes).toBeGreaterThanOrEqual(256 * 1024);
      expect(bytes).toBeLessThan(512 * 1024);
      expect(source.ended).toBe(false);
      source.close();
    }));
});

function opened(fd: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).length > 0;
  } catch {
    return false;
  }
}
