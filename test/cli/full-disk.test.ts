/** A state folder on a disk of 256 KiB: a tmpfs in a mount namespace of its own, where one may be made. */
import {spawnSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Place, PROGRAM} from './program.ts';

const MOUNTING = ['--user', '--map-root-user', '--mount', 'sh', '-c'];

const canMount = () => spawnSync('unshare', [...MOUNTING, 'mount -t tmpfs tmpfs /mnt']).status === 0;

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

/** Runs `script` where `$oneshot` is the program. */
function onSmallDisk(script: string) {
  mkdirSync(place.state);
  const mount = 'mount -t tmpfs -o size=256k tmpfs "$ONESHOT_HOME"';
  const oneshot = `"${process.execPath}" "${PROGRAM}"`;
  const env = {...place.env, oneshot};
  return spawnSync('unshare', [...MOUNTING, `${mount}\n${script}`], {
    cwd: place.work,
    env,
    encoding: 'utf8',
  });
}

describe.skipIf(process.platform !== 'linux' || !canMount())('a full disk', () => {
  it('ends a session, keeps what it has, and is no hindrance to removing it', () => {
    const {stdout, stderr} = onSmallDisk(`
      eval "$oneshot exec -- sh -c 'yes 0123456789 | head -c 3000000; sleep 60'" >/dev/null
      echo "ended with $?"
      eval "$oneshot list" | grep -c crashed
      eval "$oneshot resume last" 2>/dev/null; echo "resumed with $?"
      eval "$oneshot rm last --yes" | grep -c -- -; eval "$oneshot list"
      eval "$oneshot exec -- echo again"
    `);
    const lines = ['ended with 1', '1', 'resumed with 2', '1', 'again'];
    expect(stdout.trim().split('\n'), stderr).toEqual(lines);
    expect(stderr).toMatch(/RECORDING_FAILED: .*ENOSPC/);
    expect(stderr).toContain('there is no session yet');
  });
});
