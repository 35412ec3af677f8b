/** Text that an agent sends in pieces, or whole, or both: what of it has not been passed on yet. */
export class Said {
  readonly #redact: Redact;
  #said = '';

  /** `redact`: see `NormalizerOptions`. */
  constructor(redact: Redact) {
    this.#redact = redact;
  }

  /** The next piece, to be passed on as it is. */
  piece(text: string): string {
    this.#said += text;
    return text;
  }

  /** The whole text, which ends it: the part that no piece has brought. All of it when the pieces were of another text. */
  whole(text: string): string {
    const missing = text.slice(charsSaid(text, this.#said, this.#redact) ?? 0);
    this.clear();
    return missing;
  }

  clear(): void {
    this.#said = '';
  }
}

/** Takes the secrets out of a text; see `NormalizerOptions`. */
export type Redact = (text: string) => string;

export const keepAll: Redact = (text) => text;

/** How many characters of `whole` have been said, with the secrets in them or without; null: it begins otherwise. */
export function charsSaid(whole: string, said: string, redact: Redact): number | null {
  if (whole.startsWith(said)) return said.length;
  const left = redact(said);
  return whole.startsWith(left) ? left.length : null;
}
