import type {EventBody, Note, RawSpan} from '../event.ts';
import type {SessionLog} from '../session/log.ts';
import type {RunRequest} from './context.ts';

/** Records what oneshot itself has to tell of one run. */
export class RunRecorder {
  readonly #log: SessionLog;
  readonly #run: Pick<RunRequest, 'iteration' | 'role'>;

  constructor(log: SessionLog, {iteration, role}: RunRequest) {
    this.#log = log;
    this.#run = {iteration, role};
  }

  record(body: EventBody, raw?: RawSpan): void {
    const isFromFile = body.type === 'agent_ask' || (body.type === 'evidence' && body.kind === 'files');
    const source = isFromFile ? 'file' : 'runner';
    this.#log.append({body, ...this.#run, source, ...(raw && {raw})});
  }

  note(level: Note['level'], code: string, text: string, raw?: RawSpan): void {
    this.record({type: 'note', level, code, text}, raw);
  }
}
