import {constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import {resolve} from 'node:path';
import {messageOf, OneshotError, systemCode} from '../error.ts';
import type {SpawnRequest} from './transport.ts';

/** Why a program could not be started, and what to do about it. */
export async function spawnFailure(cause: unknown, request: SpawnRequest): Promise<OneshotError> {
  // The system reports a missing working directory as if the program were missing.
  return (await cwdFailure(request.cwd)) ?? (await missingProgram(cause, request)) ?? refused(cause, request);
}

async function cwdFailure(cwd: string): Promise<OneshotError | null> {
  const nextStep = 'Choose an existing folder that you may enter with --cwd.';
  try {
    if (!(await stat(cwd)).isDirectory()) {
      return new OneshotError('CWD_UNUSABLE', `The working directory ${cwd} is not a folder.`, nextStep);
    }
    await access(cwd, constants.X_OK);
    return null;
  } catch (cause) {
    const message = `The working directory ${cwd} cannot be used: ${messageOf(cause)}.`;
    return new OneshotError('CWD_UNUSABLE', message, nextStep, {cause});
  }
}

async function missingProgram(
  cause: unknown,
  {argv: [program], cwd}: SpawnRequest,
): Promise<OneshotError | null> {
  if (systemCode(cause) !== 'ENOENT') return null;
  if (!/[\\/]/.test(program)) {
    const message = `${program} was not found on PATH.`;
    return new OneshotError('AGENT_NOT_FOUND', message, 'Install it, or give its full path.', {cause});
  }
  const exists = await access(resolve(cwd, program)).then(
    () => true,
    () => false,
  );
  if (!exists) {
    return new OneshotError(
      'AGENT_NOT_FOUND',
      `${program} does not exist.`,
      'Install it, or correct the path.',
      {
        cause,
      },
    );
  }
  const message = `${program} is there, but the interpreter or loader it names is not.`;
  const nextStep =
    'Install that interpreter (its first line names it), or a build of the program for this system.';
  return new OneshotError('SPAWN_FAILED', message, nextStep, {cause});
}

/** The commonest refusals, by system error: what it means, what to do. */
const REFUSALS: Record<string, readonly [string, string]> = {
  EACCES: ['it may not be executed', 'Make it executable (chmod +x) or choose another program.'],
  E2BIG: [
    'its arguments and environment are larger than the system allows',
    'Pass the prompt by file or on stdin, and drop large environment variables.',
  ],
  EMFILE: ['too many files are open', 'Raise the limit (ulimit -n) or run fewer agents at once.'],
  EAGAIN: ['no further process is allowed', 'Raise the limit (ulimit -u) or end other processes.'],
  ENOMEM: ['there is not enough memory', 'End other programs, then try again.'],
};

function refused(cause: unknown, {argv: [program]}: SpawnRequest): OneshotError {
  const [why, nextStep] = REFUSALS[systemCode(cause) ?? ''] ?? [
    messageOf(cause),
    `Check that ${program || 'the program'} starts from a shell with the same arguments.`,
  ];
  return new OneshotError(
    'SPAWN_FAILED',
    `${program || 'A program without a name'} could not be started: ${why}.`,
    nextStep,
    {
      cause,
    },
  );
}
