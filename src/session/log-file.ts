/** Whether a session's log is still the one that a snapshot was made from. */
import {statSync} from 'node:fs';
import {systemCode} from '../error.ts';
import {eventsPath} from './read.ts';
import type {SessionSnapshot} from './snapshot.ts';

export interface LogFile {
  isThere: boolean;
  bytes: number;
  /** ms since the epoch. */
  mtimeMs: number;
}

/** The log in the session folder `dir`. One that cannot be looked at is as good as none. */
export function logAt(dir: string): LogFile {
  try {
    const {size, mtimeMs} = statSync(eventsPath(dir));
    return {isThere: true, bytes: size, mtimeMs};
  } catch (error) {
    return {isThere: systemCode(error) !== 'ENOENT', bytes: 0, mtimeMs: 0};
  }
}

export function isOf({bytes, logMtimeMs}: SessionSnapshot, log: LogFile): boolean {
  return bytes === log.bytes && logMtimeMs === log.mtimeMs;
}
