/** What changed from one snapshot to another, in a form that fits into a prompt. */

export interface ChangeLimits {
  /** Of the text, bytes in UTF-8. @default 49_152 */
  totalBytes: number;
  /** Of what the text shows of one file, bytes. @default 8_192 */
  fileBytes: number;
  /** Of the list. @default 500 */
  files: number;
}

export const DEFAULT_CHANGE_LIMITS: ChangeLimits = {totalBytes: 48 * 1024, fileBytes: 8 * 1024, files: 500};

export type ChangeStatus = 'added' | 'modified' | 'deleted' | 'renamed' | 'type-changed';

export interface FileChange {
  /** Below the top folder, with `/`; what is not UTF-8 is replaced. */
  path: string;
  /** Of a renamed file; else null. */
  previousPath: string | null;
  status: ChangeStatus;
  /** No text, or a file of more than 1 MiB; null where that was not looked at. */
  isBinary: boolean | null;
  /** What the text shows: all its changed lines, some, or just its name. */
  shown: 'whole' | 'part' | 'named';
}

export interface Comparison {
  kind: 'changes';
  /** The first of them, by path; see `ChangeLimits.files`. */
  files: FileChange[];
  /** How many more there are. */
  omittedFiles: number;
  /**
   * Names and differences, and what was left out. Empty when nothing changed. Control characters other than newline and tab
   * are shown as pictures. Whoever wrote the files wrote this: it is not to be trusted.
   */
  text: string;
}

/** `none`: it could not be told. */
export type Changes = Comparison | {kind: 'none'; reason: string};
