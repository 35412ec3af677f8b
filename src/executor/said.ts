/** Text that an agent sends in pieces, or whole, or both: what of it has not been passed on yet. */
export class Said {
  #said = '';

  /** The next piece, to be passed on as it is. */
  piece(text: string): string {
    this.#said += text;
    return text;
  }

  /** The whole text, which ends it: the part that no piece has brought. All of it when the pieces were of another text. */
  whole(text: string): string {
    const missing = text.startsWith(this.#said) ? text.slice(this.#said.length) : text;
    this.clear();
    return missing;
  }

  clear(): void {
    this.#said = '';
  }
}
