import {writeSync} from 'node:fs';

/** Writes all of a buffer and blocks until it is taken, also where the descriptor does not block by itself. */
export function writeAll(fd, buffer) {
  for (let offset = 0; offset < buffer.length; )
    offset += writeSome(fd, buffer, offset, buffer.length - offset);
}

/** Writes up to `length` bytes; the number of those taken. */
export function writeSome(fd, buffer, offset, length) {
  try {
    return writeSync(fd, buffer, offset, length);
  } catch (error) {
    // Node switches pipes that it opens as process.stderr to non-blocking mode.
    if (error.code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    return 0;
  }
}
