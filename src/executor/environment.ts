/** The environment that an agent or a program is started with. */
import type {Environment} from './executor.ts';

/** Agents speak to us and not to a terminal, though their stdout is a PTY: no colours. `--env` has the last word. */
export function agentEnvironment(env: Environment, given: Readonly<Record<string, string>>): Environment {
  const {FORCE_COLOR: _, ...rest} = env;
  return {...rest, NO_COLOR: '1', ...given};
}

/**
 * A program under `exec` writes to our stdout. Where that is no terminal it must not take its PTY for one; a FORCE_COLOR
 * that the user has set stays.
 */
export function execEnvironment(
  env: Environment,
  given: Readonly<Record<string, string>>,
  {stdoutIsTerminal}: {stdoutIsTerminal: boolean},
): Environment {
  const shaped = stdoutIsTerminal || env.FORCE_COLOR !== undefined ? env : agentEnvironment(env, {});
  return {...shaped, ...given};
}
