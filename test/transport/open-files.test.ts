import {closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {filesOpenForWriting} from '../../src/transport/open-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oneshot-open-'));
});
afterEach(() => rmSync(folder, {recursive: true, force: true}));

describe.runIf(process.platform === 'linux')('files that are open for writing', () => {
  it('are those of living processes, and none that is only read or closed', async () => {
    const path = (name: string) => join(folder, name);
    writeFileSync(path('read'), '');
    const read = openSync(path('read'), 'r');
    const written = openSync(path('written'), 'a');
    closeSync(openSync(path('closed'), 'w'));
    const open = await filesOpenForWriting();
    closeSync(read);
    closeSync(written);
    expect(['read', 'written', 'closed'].filter((name) => open.has(path(name)))).toEqual(['written']);
    expect((await filesOpenForWriting()).has(path('written'))).toBe(false);
  });

  it('a process that is gone, or tells nothing, has none', async () => {
    mkdirSync(join(folder, '7/fd'), {recursive: true});
    symlinkSync('/etc/hostname', join(folder, '7/fd/1'));
    symlinkSync('pipe:[1]', join(folder, '7/fd/2'));
    mkdirSync(join(folder, '8'));
    expect([...(await filesOpenForWriting(folder))]).toEqual([]);
    mkdirSync(join(folder, '7/fdinfo'));
    writeFileSync(join(folder, '7/fdinfo/1'), 'pos:\t0\n');
    expect([...(await filesOpenForWriting(folder))]).toEqual([]);
    expect([...(await filesOpenForWriting(join(folder, 'none')))]).toEqual([]);
  });
});
