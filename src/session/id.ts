import {randomBytes} from 'node:crypto';

const ID = /^\d{8}-\d{6}-[0-9a-f]{6}$/;

/** A new session id: UTC date and time, so that ids sort by age, and six random hex digits: `20261123-142530-9f3c0a`. */
export function newSessionId(nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${randomBytes(3).toString('hex')}`;
}

/** Whether `id` may become part of a path. */
export function isSessionId(id: string): boolean {
  return ID.test(id);
}
