import type {Environment} from '../executor/executor.ts';
import {createRedactor, type Redactor} from '../session/redact.ts';
import type {RedactionOptions} from './invocation.ts';
import type {Io} from './io.ts';

/** For the secrets in the agents' environment and in ours; null after `--no-redact`. */
export function redactorOf(
  io: Io,
  {env, redact = true, redactEnv = []}: Partial<RedactionOptions> & {env: Environment},
): Redactor | null {
  return redact ? createRedactor({environments: [env, io.env], names: redactEnv}) : null;
}
