/** A bare repository of our own, which reads the objects of the user's and keeps new ones to itself. */
import {createHash} from 'node:crypto';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {deflateSync} from 'node:zlib';
import type {Repository} from './repository.ts';

/** `dir`: made where it is not there, with mode 0700. @throws the system error */
export async function openObjectStore(
  dir: string,
  {objectDir, objectFormat}: Repository,
): Promise<ObjectStore> {
  const files: Readonly<Record<string, string>> = {
    HEAD: 'ref: refs/heads/none\n',
    config: configOf(objectFormat),
    'objects/info/alternates': `${quoted(objectDir)}\n`,
  };
  for (const folder of ['objects/info', 'refs'])
    await mkdir(join(dir, folder), {recursive: true, mode: 0o700});
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text, {mode: 0o600});
  return new ObjectStore(dir, objectFormat);
}

function configOf(objectFormat: Repository['objectFormat']): string {
  const core = (version: number) => `[core]\n\trepositoryFormatVersion = ${version}\n\tbare = true\n`;
  return objectFormat === 'sha1' ? core(0) : `${core(1)}[extensions]\n\tobjectFormat = ${objectFormat}\n`;
}

/** As git reads a folder of objects, in the file `alternates` and in the variable. */
export function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

export class ObjectStore {
  readonly gitDir: string;
  readonly #objectFormat: Repository['objectFormat'];

  constructor(gitDir: string, objectFormat: Repository['objectFormat']) {
    this.gitDir = gitDir;
    this.#objectFormat = objectFormat;
  }

  /** Writes a blob and returns its id. @throws the system error */
  async writeBlob(text: string): Promise<string> {
    const content = Buffer.from(text);
    const object = Buffer.concat([Buffer.from(`blob ${content.length}\0`), content]);
    const id = createHash(this.#objectFormat).update(object).digest('hex');
    const folder = join(this.gitDir, 'objects', id.slice(0, 2));
    await mkdir(folder, {recursive: true, mode: 0o700});
    await writeFile(join(folder, id.slice(2)), deflateSync(object), {mode: 0o600});
    return id;
  }
}
