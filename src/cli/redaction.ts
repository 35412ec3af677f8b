/** Redaction as the options ask for it, and what the log and the user are told of it. */
import type {Note} from '../event.ts';
import type {Environment} from '../executor/executor.ts';
import type {SessionLog} from '../session/log.ts';
import {createRedactor, type Redactor} from '../session/redact.ts';
import {MIN_SECRET_CHARS} from '../session/redact-secrets.ts';
import type {RedactionOptions} from './invocation.ts';
import type {Io} from './io.ts';

/** For the secrets in the agents' environment and in ours; null after `--no-redact`. */
export function redactorOf(
  io: Io,
  {env, redact = true, redactEnv = []}: Partial<RedactionOptions> & {env: Environment},
): Redactor | null {
  return redact ? createRedactor({environments: [env, io.env], names: redactEnv}) : null;
}

/** Notes in the log, behind its beginning, what is not redacted. */
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
  text: 'Secrets are recorded and shown as they are, as --no-redact asks.',
};

function ignoredNote({ignoredNames}: Redactor): Note | null {
  if (ignoredNames.length === 0) return null;
  const names = ignoredNames.join(', ');
  const text = `Not redacted: ${names}, which is not set or shorter than ${MIN_SECRET_CHARS} characters.`;
  return {type: 'note', level: 'warning', code: 'REDACT_IGNORED', text};
}
