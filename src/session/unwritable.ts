import {messageOf, OneshotError, systemCode} from '../error.ts';

/** The error for a state folder or session folder that cannot be written. */
export function unwritable(folder: string, cause: unknown): OneshotError {
  return new OneshotError(
    'STATE_UNWRITABLE',
    `the state folder ${folder} cannot be written: ${messageOf(cause)}`,
    isFull(cause)
      ? 'Make room there, such as with oneshot prune, or set ONESHOT_HOME to a folder elsewhere.'
      : 'Make it writable or set ONESHOT_HOME to a folder that is.',
    {cause},
  );
}

/** Whether it is for want of room that something could not be written. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');
}
