import {createHash} from 'node:crypto';
import {appendFileSync, createWriteStream, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Writable} from 'node:stream';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {follow} from '../../src/view/follow.ts';
import {FailingStream, FastStream, SlowStream} from './streams.ts';

const until = (holds: () => boolean) => vi.waitUntil(holds, {timeout: 20_000, interval: 2});

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oneshot-follow-'));
  path = join(folder, 'events.jsonl');
});

afterEach(() => rmSync(folder, {recursive: true, force: true}));

describe('follow', () => {
  it('copies what is added to the file whenever it is poked', async () => {
    const out = new FastStream();
    writeFileSync(path, 'one\n');
    const follower = follow(path, out);
    follower.poke();
    await until(() => out.text === 'one\n');
    appendFileSync(path, 'two\n');
    follower.poke();
    await until(() => out.text === 'one\ntwo\n');
    expect(await follower.finish()).toEqual({end: 'complete'});
  });

  it('waits for a file that is not there yet', async () => {
    const out = new FastStream();
    const follower = follow(path, out);
    follower.poke();
    follower.poke();
    writeFileSync(path, 'late\n');
    expect(await follower.finish()).toEqual({end: 'complete'});
    expect(out.text).toBe('late\n');
  });

  it('copies nothing from a file that never comes', async () => {
    const out = new FastStream();
    expect(await follow(path, out).finish()).toEqual({end: 'complete'});
    expect(out.text).toBe('');
  });

  it('goes at the pace of a slow reader and holds one piece in memory', async () => {
    const out = new SlowStream();
    writeFileSync(path, 'a'.repeat(1_000_000));
    const follower = follow(path, out);
    let finished = false;
    const finishing = follower.finish().then((end) => {
      finished = true;
      return end;
    });
    await until(() => out.isBlocked);
    expect(out.writableLength).toBeLessThanOrEqual(256 * 1024);
    expect(finished).toBe(false);
    while (!finished) {
      expect(out.writableLength).toBeLessThanOrEqual(256 * 1024);
      out.take();
      await new Promise(setImmediate);
    }
    expect(await finishing).toEqual({end: 'complete'});
    expect(out.taken).toHaveLength(1_000_000);
  });

  it.each(['EPIPE', 'EIO'])('ends without an error when the reader goes away (%s)', async (code) => {
    const out = new FailingStream(code);
    writeFileSync(path, 'x\n');
    const follower = follow(path, out);
    expect(await follower.finish()).toEqual({end: 'reader-gone'});
    follower.poke();
    expect(await follower.finish()).toEqual({end: 'reader-gone'});
  });

  it('says so when the output fails otherwise', async () => {
    const out = new FailingStream('ENOSPC');
    writeFileSync(path, 'x\n');
    expect(await follow(path, out).finish()).toMatchObject({end: 'failed', error: {code: 'ENOSPC'}});
  });

  it('says so when the file cannot be read', async () => {
    const out = new FastStream();
    expect(await follow(folder, out).finish()).toMatchObject({end: 'failed', error: {code: 'EISDIR'}});
  });

  it('copies 50 MB that grow while they are followed, byte for byte', async () => {
    const line = Buffer.from(`${'0123456789abcdef'.repeat(1024 - 1)}0123456789abcde\n`);
    const given = createHash('sha256');
    const taken = createHash('sha256');
    let bytes = 0;
    const out = new Writable({
      write(chunk: Buffer, _encoding, done) {
        taken.update(chunk);
        bytes += chunk.length;
        setImmediate(done);
      },
    });
    const follower = follow(path, out);
    const file = createWriteStream(path);
    for (let written = 0; written < 50 * 1024 * 1024; written += line.length) {
      given.update(line);
      await new Promise((done) => file.write(line, done));
      follower.poke();
    }
    expect(await follower.finish()).toEqual({end: 'complete'});
    file.close();
    expect(bytes).toBe(50 * 1024 * 1024);
    expect(taken.digest('hex')).toBe(given.digest('hex'));
  });
});
