/** What keys look like, for those that no variable holds. */

/** A key: an anchor, and a run of bytes of a class behind it. */
export interface KeyPattern {
  name: string;
  anchors: readonly string[];
  /** Whether the anchor counts only where no letter or digit stands before it. */
  atWordStart: boolean;
  /** Whether the anchor is part of what is redacted. */
  withAnchor: boolean;
  /** A first part, ended by the byte `until`, that comes before the run. */
  lead?: {min: number; max: number; until: number};
  /** 1 for each byte that the run may hold. */
  bytes: Uint8Array;
  /** Shortest run. */
  min: number;
  /**
   * How a run shows that it is no chain of words: by a digit, or by as many bytes in a row that are no separator (white
   * space or `-_.:,/`). null: it need not.
   */
  solid: {digit: boolean; unbroken: number} | null;
  /** End every run, and are part of it. @default none */
  closers?: readonly string[];
}

/** Longest run, in bytes; what follows is not taken for part of the key. */
export const MAX_RUN_BYTES = 16 * 1024;

/** A run that has not shown by then that it is a key is none: nothing longer is held back. */
export const MAX_UNSURE_BYTES = 512;

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = '0123456789';

function bytesOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) table[byte] = 1;
  return table;
}

export const ALPHANUMERIC = bytesOf(LETTERS + DIGITS);
export const SEPARATORS = bytesOf(' \t\r\n-_.:,/');
export const DIGIT_BYTES = bytesOf(DIGITS);
const WORD = bytesOf(`${LETTERS + DIGITS}_-`);
const WORD_AND_DOT = bytesOf(`${LETTERS + DIGITS}_-.`);
const TOKEN68 = bytesOf(`${LETTERS + DIGITS}-._~+/=`);
const UPPER = bytesOf(`${LETTERS.slice(26)}${DIGITS}`);
const PEM = bytesOf(`${LETTERS + DIGITS}+/= \t\r\n-:,.()`);

const PEM_KINDS = ['', 'RSA ', 'EC ', 'DSA ', 'OPENSSH ', 'ENCRYPTED '].map((kind) => `${kind}PRIVATE KEY`);
/** Without the dashes in front, which are everywhere. */
const pemLines = (which: string) =>
  [...PEM_KINDS, 'PGP PRIVATE KEY BLOCK'].map((label) => `${which} ${label}-----`);

function key(name: string, anchors: string[], bytes: Uint8Array, min: number): KeyPattern {
  return {name, anchors, atWordStart: true, withAnchor: true, bytes, min, solid: null};
}

/** Lengths are below those of real keys, so that a shortened or an invented one is found too. */
export const KEY_PATTERNS: readonly KeyPattern[] = [
  key('anthropic-key', ['sk-ant-'], WORD, 12),
  {...key('sk-key', ['sk-'], WORD, 16), solid: {digit: true, unbroken: 16}},
  key('stripe-key', ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'], ALPHANUMERIC, 16),
  key('github-token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], ALPHANUMERIC, 20),
  key('github-token', ['github_pat_'], WORD, 20),
  key('gitlab-token', ['glpat-'], WORD, 16),
  key('npm-token', ['npm_'], ALPHANUMERIC, 30),
  key('huggingface-token', ['hf_'], ALPHANUMERIC, 30),
  key('slack-token', ['xoxa-', 'xoxb-', 'xoxe-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'], WORD, 10),
  key('google-key', ['AIza'], WORD, 30),
  key('aws-key-id', ['AKIA', 'ASIA'], UPPER, 16),
  {...key('jwt', ['eyJ'], WORD_AND_DOT, 8), lead: {min: 8, max: 2048, until: 0x2e}},
  {
    ...key('bearer-token', ['Bearer ', 'bearer '], TOKEN68, 16),
    withAnchor: false,
    solid: {digit: true, unbroken: 20},
  },
  {
    ...key('private-key', pemLines('BEGIN'), PEM, 32),
    atWordStart: false,
    withAnchor: false,
    solid: {digit: false, unbroken: 20},
    closers: pemLines('END'),
  },
];
