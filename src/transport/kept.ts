/** The first bytes of a stream. */
export class Kept {
  readonly #pieces: Buffer[] = [];
  #room: number;
  /** Bytes kept. */
  length = 0;

  constructor(maxBytes: number) {
    this.#room = maxBytes;
  }

  /** Copies what there is room for; false when that was not all. */
  add(bytes: Buffer): boolean {
    const piece = bytes.subarray(0, this.#room);
    if (piece.length > 0) this.#pieces.push(Buffer.from(piece));
    this.#room -= piece.length;
    this.length += piece.length;
    return piece.length === bytes.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}
