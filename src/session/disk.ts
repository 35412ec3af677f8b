import {statfsSync} from 'node:fs';

/**
 * File systems on which a write may wait for another machine or another program, for ever if that is gone: the `f_type` of
 * statfs(2) for NFS, SMB (three generations), FUSE, 9P, Ceph, AFS, Coda, GFS2, OCFS2 and Lustre.
 */
const REMOTE_TYPES: readonly number[] = [
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x00c36400, 0x5346414f, 0x73757245,
  0x01161970, 0x7461636f, 0x0bd00bd0,
];

/**
 * Whether a small write into `folder` can be trusted to return at once: on a local file system it ends in the page cache.
 * Only known for Linux; false where it cannot be told.
 */
export function writesPromptly(folder: string, platform: NodeJS.Platform = process.platform): boolean {
  if (platform !== 'linux') return false;
  try {
    return !REMOTE_TYPES.includes(statfsSync(folder).type);
  } catch {
    return false;
  }
}
