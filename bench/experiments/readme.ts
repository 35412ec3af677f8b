/** The section of the README that is made of stored results. */
import type {Results} from './stored.ts';

export function readmeOf(document: string, _results: Results): string {
  return document;
}
