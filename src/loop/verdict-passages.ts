/** What of an answer is the auditor's own: not a block quote, not a listing, not an element such as the worker's words. */

/** A piece of a text, in characters. */
export interface Passage {
  start: number;
  /** Exclusive. */
  end: number;
}

/** The own passages in order. A fenced block is a passage of its own, so that an open brace in one ends with it. */
export function ownPassages(text: string): Passage[] {
  const passages: Passage[] = [];
  const reader = new LineReader();
  let open: Passage | null = null;
  for (let start = 0; start < text.length; ) {
    const lineEnd = text.indexOf('\n', start);
    const end = lineEnd === -1 ? text.length : lineEnd + 1;
    const kind = reader.read(text.slice(start, end).trimEnd());
    if (kind !== 'own') open = null;
    else if (open) open.end = end;
    else {
      open = {start, end};
      passages.push(open);
    }
    start = end;
  }
  return passages;
}

const QUOTE = /^\s{0,3}>/;
const FENCE = /^(?:\s{0,16}|\s{0,3}(?:[-*+]|\d{1,3}[.)])\s{1,4})(`{3,}|~{3,})\s*([^`]*)$/;

/** What people put a verdict into; other fences hold code, logs and quotations. */
const OWN_FENCE = /^(?:json[c5l]?|javascript|js|verdict)?$/i;

const OPENING_TAG = /^\s{0,16}<([a-z][\w-]{0,80})(?:\s[^<>]{0,400})?>/i;
const FOREIGN_TAG =
  /worker|quot|example|think|reason|scratch|task|transcript|tool|std(?:out|err)|log|diff|prompt|previous|file|command|schema|attempt|criteria|check|feedback|instruct|warning|format|item/i;

class LineReader {
  /** The marks that opened the fence, or null. */
  #fence: string | null = null;
  #isOwnFence = true;
  /** Name of the foreign element that is open, or null. */
  #element: string | null = null;

  /** Whose the next line is; `mark` begins or ends something. */
  read(line: string): 'own' | 'foreign' | 'mark' {
    if (this.#element !== null) return this.#inElement(line);
    const [, marks, label = ''] = FENCE.exec(line) ?? [];
    if (this.#fence !== null) return this.#inFence(marks, label);
    if (marks !== undefined) {
      this.#fence = marks;
      this.#isOwnFence = OWN_FENCE.test(label.trim());
      return 'mark';
    }
    if (QUOTE.test(line)) return 'foreign';
    const [, name = ''] = OPENING_TAG.exec(line) ?? [];
    if (!FOREIGN_TAG.test(name)) return 'own';
    this.#element = name;
    return this.#inElement(line);
  }

  #inFence(marks: string | undefined, label: string): 'own' | 'foreign' | 'mark' {
    const ends = marks !== undefined && label === '' && marks.startsWith(this.#fence!);
    if (ends) this.#fence = null;
    if (ends) return 'mark';
    return this.#isOwnFence ? 'own' : 'foreign';
  }

  #inElement(line: string): 'foreign' {
    if (line.toLowerCase().includes(`</${this.#element!.toLowerCase()}`)) this.#element = null;
    return 'foreign';
  }
}
