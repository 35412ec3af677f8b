import {closeSync, constants} from 'node:fs';
import {getSystemErrorName} from 'node:util';
import {messageOf} from '../error.ts';
import {PTY_COLUMNS, PTY_ROWS} from './transport.ts';

/** The two descriptors of a PTY: raw, close-on-exec, the master non-blocking. */
export interface Pty {
  master: number;
  slave: number;
}

/** A PTY, or why there is none. */
export type PtyOpening = Pty | {unavailable: string};

export type OpenPty = () => Promise<PtyOpening>;

/** What is used of koffi. */
export interface Ffi {
  load(library: string | null): {func(definition: string): (...args: unknown[]) => unknown};
  errno(): number;
}

/** Where `openpty` may live: in this very process (glibc ≥ 2.34, musl, macOS), in an older glibc, in other C libraries. */
const LIBRARIES = [null, 'libutil.so.1', 'libc.so.6', 'libutil.so', 'libSystem.B.dylib'];

/** More than any `struct termios`, whose layout is never looked at. */
const TERMIOS_BYTES = 256;

// The same numbers on Linux, macOS and the BSDs.
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const FD_CLOEXEC = 1;
const TCSANOW = 0;

/** Opens PTYs through the optional dependency koffi, which is loaded at the first call. Never rejects. */
export function ptyOpener(loadFfi: () => Promise<Ffi> = () => import('koffi')): OpenPty {
  let libc: Promise<Libc> | undefined;
  return async () => {
    try {
      libc ??= loadFfi().then(bindLibc);
      return openRawPty(await libc);
    } catch (error) {
      return {unavailable: messageOf(error)};
    }
  };
}

export const openPty: OpenPty = ptyOpener();

/** Functions of the C library; each throws when the call reports an error. */
interface Libc {
  openpty(ends: Int32Array, windowSize: Uint16Array): void;
  tcgetattr(fd: number, termios: Buffer): void;
  tcsetattr(fd: number, termios: Buffer): void;
  cfmakeraw(termios: Buffer): void;
  /** The result of `fcntl`. */
  fcntl(fd: number, command: number, value: number): number;
}

function bindLibc(ffi: Ffi): Libc {
  const refusals: string[] = [];
  for (const library of LIBRARIES) {
    try {
      return bindLibrary(ffi, library);
    } catch (error) {
      refusals.push(messageOf(error));
    }
  }
  throw new Error(`no C library with openpty: ${refusals.join('; ')}`);
}

function bindLibrary(ffi: Ffi, library: string | null): Libc {
  const handle = ffi.load(library);
  const checked = (name: string, definition: string) => {
    const call = handle.func(definition);
    return (...args: unknown[]): number => {
      const result = Number(call(...args));
      if (result === -1) throw new Error(`${name}: ${getSystemErrorName(-ffi.errno())}`);
      return result;
    };
  };
  const openpty = checked('openpty', 'int openpty(void *, void *, void *, void *, void *)');
  const tcgetattr = checked('tcgetattr', 'int tcgetattr(int, void *)');
  const tcsetattr = checked('tcsetattr', 'int tcsetattr(int, int, void *)');
  const fcntl = checked('fcntl', 'int fcntl(int, int, ...)');
  const cfmakeraw = handle.func('void cfmakeraw(void *)');
  return {
    openpty: (ends, windowSize) => openpty(ends, ends.subarray(1), null, null, windowSize),
    tcgetattr: (fd, termios) => tcgetattr(fd, termios),
    tcsetattr: (fd, termios) => tcsetattr(fd, TCSANOW, termios),
    cfmakeraw: (termios) => cfmakeraw(termios),
    fcntl: (fd, command, value) => fcntl(fd, command, 'int', value),
  };
}

function openRawPty(libc: Libc): Pty {
  const ends = new Int32Array(2);
  libc.openpty(ends, new Uint16Array([PTY_ROWS, PTY_COLUMNS, 0, 0]));
  const [master, slave] = ends as unknown as [number, number];
  try {
    // Before anything else is spawned: a sibling that inherits the PTY would keep it open.
    for (const fd of [master, slave]) libc.fcntl(fd, F_SETFD, FD_CLOEXEC);
    makeRaw(libc, slave);
    libc.fcntl(master, F_SETFL, libc.fcntl(master, F_GETFL, 0) | constants.O_NONBLOCK);
    return {master, slave};
  } catch (error) {
    closeSync(master);
    closeSync(slave);
    throw error;
  }
}

/** No echo, no NL→CRLF, no line editing: bytes pass unchanged. */
function makeRaw(libc: Libc, fd: number): void {
  const termios = Buffer.alloc(TERMIOS_BYTES);
  libc.tcgetattr(fd, termios);
  libc.cfmakeraw(termios);
  libc.tcsetattr(fd, termios);
}
