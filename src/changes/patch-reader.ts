import {Kept} from '../transport/kept.ts';

/** Begins the part of a file: every line of content begins with another character. */
const MARK = Buffer.from('\ndiff --git ');

/** Read at most, whatever is kept of it, bytes. */
const MAX_READ_BYTES = 64 * 1024 * 1024;

/** The part of a patch that belongs to one file. */
export interface PatchPart {
  text: string;
  /** False when only its beginning was kept. */
  isWhole: boolean;
}

interface Open {
  kept: Kept;
  isWhole: boolean;
}

/** Splits a patch into its files and keeps the beginning of each. */
export class PatchReader {
  readonly #limits: {fileBytes: number; totalBytes: number};
  readonly #parts: Open[] = [];
  #carry = Buffer.alloc(0);
  #keptBytes = 0;
  #readBytes = 0;
  #isEnough = false;

  constructor(limits: {fileBytes: number; totalBytes: number}) {
    this.#limits = limits;
  }

  /** False once enough is kept. */
  feed(bytes: Buffer): boolean {
    let rest = Buffer.concat([this.#carry, bytes]);
    for (let at = rest.indexOf(MARK); at >= 0; at = rest.indexOf(MARK)) {
      this.#take(rest.subarray(0, at + 1));
      this.#begin();
      rest = rest.subarray(at + 1);
    }
    const sure = Math.max(0, rest.length - MARK.length + 1);
    this.#take(rest.subarray(0, sure));
    this.#carry = Buffer.from(rest.subarray(sure));
    this.#readBytes += bytes.length;
    this.#isEnough = this.#keptBytes >= this.#limits.totalBytes || this.#readBytes >= MAX_READ_BYTES;
    return !this.#isEnough;
  }

  end(): PatchPart[] {
    this.#take(this.#carry);
    this.#carry = Buffer.alloc(0);
    const last = this.#parts.at(-1);
    if (last && this.#isEnough) last.isWhole = false;
    return this.#parts.map(({kept, isWhole}) => ({text: kept.bytes().toString(), isWhole}));
  }

  #begin(): Open {
    const part = {kept: new Kept(this.#limits.fileBytes), isWhole: true};
    this.#parts.push(part);
    return part;
  }

  #take(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const part = this.#parts.at(-1) ?? this.#begin();
    const before = part.kept.length;
    part.isWhole = part.kept.add(bytes) && part.isWhole;
    this.#keptBytes += part.kept.length - before;
  }
}
