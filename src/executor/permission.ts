import {OneshotError} from '../error.ts';
import type {PermissionMode} from '../event.ts';
import type {Installation} from './executor.ts';

/** The agent does not have this mode; says which it has. */
export function permissionModeUnsupported(
  {adapter}: Installation,
  mode: PermissionMode,
  modes: readonly PermissionMode[],
): OneshotError {
  const message = `${adapter} has no permission mode "${mode}".`;
  return new OneshotError('PERMISSION_MODE_UNSUPPORTED', message, `Choose one of: ${modes.join(', ')}.`);
}
