/**
 * Paths as the system has them are bytes. In this folder a `PathBytes` holds one byte per character (latin1), so that
 * every name survives, sorts and compares as its bytes do.
 */
import {sep} from 'node:path';

export type PathBytes = string;

export function pathBytes(path: string): PathBytes {
  return Buffer.from(path).toString('latin1');
}

/** As a person reads it: UTF-8, with a replacement character for what is none. */
export function readablePath(path: PathBytes): string {
  return Buffer.from(path, 'latin1').toString();
}

/** For a call of `node:fs`. `path` is below `folder` and has `/` between its names. */
export function below(folder: string, path: PathBytes): Buffer {
  return Buffer.concat([Buffer.from(folder + sep), Buffer.from(path, 'latin1')]);
}

/** Whether `path` is one of `folders` or lies in one of them. */
export function liesIn(path: PathBytes, folders: readonly PathBytes[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** Those of `paths` that lie in `folder`, as seen from there. */
export function pathsWithin(paths: readonly PathBytes[], folder: PathBytes): PathBytes[] {
  const prefix = `${folder}/`;
  return paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
}

/** Hands on each NUL-terminated piece of a stream, in latin1, until `take` says false; says whether to go on. */
export function nulReader(take: (piece: string) => boolean): (bytes: Buffer) => boolean {
  let pending = '';
  return (bytes) => {
    const pieces = (pending + bytes.toString('latin1')).split('\0');
    pending = pieces.pop()!;
    return pieces.every(take);
  };
}
