/**
 * Which project files the user trusts, as they were when he said so: `trusted/<hash of the path>.json` in the state
 * folder, one for each, so that two of us at once lose nothing.
 */
import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {messageOf, OneshotError, systemCode} from '../../error.ts';

export interface TrustedFile {
  /** Absolute, as it was found. */
  path: string;
  /** Of the text that the settings stand in, in hex. */
  sha256: string;
  /** ms since the epoch. */
  at: number;
}

export class TrustStore {
  readonly #folder: string;

  constructor(stateDir: string) {
    this.#folder = join(stateDir, 'trusted');
  }

  has({path, sha256}: Pick<TrustedFile, 'path' | 'sha256'>): boolean {
    return readTrusted(this.#fileOf(path))?.sha256 === sha256;
  }

  /** Files that cannot be read are left out: what is not known to be trusted is not. */
  list(): TrustedFile[] {
    const files = namesIn(this.#folder).filter((name) => name.endsWith('.json'));
    return files
      .flatMap((name) => readTrusted(join(this.#folder, name)) ?? [])
      .toSorted((a, b) => a.path.localeCompare(b.path));
  }

  /** @throws OneshotError STATE_UNWRITABLE */
  add(file: TrustedFile): void {
    const target = this.#fileOf(file.path);
    const unfinished = `${target}.${process.pid}`;
    this.#change(() => {
      mkdirSync(this.#folder, {recursive: true, mode: 0o700});
      writeFileSync(unfinished, `${JSON.stringify(file, null, 2)}\n`, {mode: 0o600});
      renameSync(unfinished, target);
    });
  }

  /** Whether it was trusted. @throws OneshotError STATE_UNWRITABLE */
  remove(path: string): boolean {
    const target = this.#fileOf(path);
    const wasThere = readTrusted(target) !== null;
    this.#change(() => rmSync(target, {force: true}));
    return wasThere;
  }

  #fileOf(path: string): string {
    return join(this.#folder, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`);
  }

  #change(change: () => void): void {
    try {
      change();
    } catch (cause) {
      const message = `${this.#folder} cannot be written: ${messageOf(cause)}`;
      const nextStep = 'Make it writable or set ONESHOT_HOME to a folder that is.';
      throw new OneshotError('STATE_UNWRITABLE', message, nextStep, {cause});
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw new OneshotError(
      'UNREADABLE_FILE',
      `cannot read ${folder}: ${messageOf(error)}`,
      'Make it a folder that you may read.',
      {cause: error},
    );
  }
}

function readTrusted(file: string): TrustedFile | null {
  try {
    const {path, sha256, at} = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const isWhole = typeof path === 'string' && typeof sha256 === 'string' && typeof at === 'number';
    return isWhole ? {path, sha256, at} : null;
  } catch {
    return null;
  }
}
