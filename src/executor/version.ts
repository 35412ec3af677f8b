import {capture} from '../transport/capture.ts';
import type {Environment, Installation} from './executor.ts';

/** Cline 2 takes up to 9 s for its first start. */
const VERSION_TIMEOUT_MS = 20_000;

/** The version of an agent: as found with it, else what `--version` says; null where neither tells. Never rejects. */
export async function readVersion(installation: Installation, env: Environment): Promise<string | null> {
  if (installation.version !== null || installation.executor === 'command') return installation.version;
  return askVersion(installation.program, env);
}

/** The first `1.2.3` in what `PROGRAM --version` prints, or null. */
export async function askVersion(program: Installation['program'], env: Environment): Promise<string | null> {
  try {
    const [file, ...args] = program;
    const options = {env, timeoutMs: VERSION_TIMEOUT_MS, maxBytes: 4096};
    const {stdout} = await capture([file, ...args, '--version'], options);
    return /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] ?? null;
  } catch {
    return null;
  }
}
