import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import type {Redactor} from './redact.ts';

/** Masks the secrets in a file of text; one without is left alone, and one that is gone has none. Throws the system error. */
export function redactFile(path: string, redactor: Redactor): void {
  if (!existsSync(path)) return;
  const whole = readFileSync(path, 'utf8');
  const redacted = redactor.text(whole);
  if (redacted !== whole) writeFileSync(path, redacted);
}
