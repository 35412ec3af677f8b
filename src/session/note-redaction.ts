import type {Note} from '../event.ts';
import type {SessionLog} from './log.ts';
import type {Redactor} from './redact.ts';
import {MIN_SECRET_CHARS} from './redact-secrets.ts';

/** Notes in the log, behind its beginning, what is not redacted. `redactor` null: nothing is. */
export function noteRedaction(log: SessionLog, redactor: Redactor | null): void {
  const note = redactor ? ignoredNote(redactor) : NOT_REDACTED;
  if (!note) return;
  const remove = log.addView(({type}) => {
    if (type !== 'session_started' && type !== 'session_resumed') return;
    remove();
    log.append({body: note, iteration: 0, role: null, source: 'runner'});
  });
}

const NOT_REDACTED: Note = {
  type: 'note',
  level: 'warning',
  code: 'NOT_REDACTED',
  text: 'Secrets are recorded and shown as they are: redaction is switched off.',
};

function ignoredNote({ignoredNames}: Redactor): Note | null {
  if (ignoredNames.length === 0) return null;
  const names = ignoredNames.join(', ');
  const text = `Not redacted: ${names}, which is not set or shorter than ${MIN_SECRET_CHARS} characters.`;
  return {type: 'note', level: 'warning', code: 'REDACT_IGNORED', text};
}
