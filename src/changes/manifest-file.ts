/** A manifest on disk: a file that is named by the hash of its bytes. */
import {createHash} from 'node:crypto';
import {mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ManifestEntry} from './manifest.ts';

/** Writes it (mode 0600) and returns its name. @throws the system error */
export async function writeManifest(dir: string, entries: readonly ManifestEntry[]): Promise<string> {
  const bytes = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const name = hashOf(bytes);
  await mkdir(dir, {recursive: true, mode: 0o700});
  const temporary = join(dir, `${name}.${process.pid}.tmp`);
  await writeFile(temporary, bytes, {mode: 0o600});
  await rename(temporary, join(dir, name));
  return name;
}

/** @throws the system error; Error when it is not what was written */
export async function readManifest(dir: string, name: string): Promise<ManifestEntry[]> {
  const bytes = await readFile(join(dir, name));
  if (hashOf(bytes) !== name) throw new Error(`the manifest ${name} is damaged`);
  const lines = bytes.toString().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as ManifestEntry);
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
