/** The auditor's part of an iteration: what it is shown, whether it kept its hands off, and what its answer says. */
import {realpath} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {EventBody, Verdict, WorktreeSnapshot} from '../event.ts';
import type {RunContext} from '../run.ts';
import type {SessionState} from '../session/state.ts';
import {filesOpenForWriting} from '../transport/open-files.ts';
import type {AgentRun, AgentRuns, Attempt, Order} from './agent-runs.ts';
import type {Overrun} from './budget.ts';
import {withNextStep} from './failure.ts';
import {type Files, isSame} from './files.ts';
import {headed} from './headers.ts';
import {VERDICT_SCHEMA} from './prompts/answer-format.ts';
import {auditorAgainPrompt, auditorPrompt} from './prompts/auditor.ts';
import type {AuditorParts} from './prompts/parts.ts';
import type {PromptTemplates} from './prompts/templates.ts';
import {readVerdict} from './verdict.ts';

export interface AuditRequest {
  iteration: number;
  parts: AuditorParts;
  header: string | null | undefined;
  templates: PromptTemplates;
}

export type Audited = {verdict: Verdict; overrun: Overrun | null; last: AgentRun};

export class Audit {
  readonly #context: RunContext;
  readonly #runs: AgentRuns;
  readonly #files: Files;
  readonly #state: SessionState;

  constructor(
    context: RunContext,
    {runs, files, state}: {runs: AgentRuns; files: Files; state: SessionState},
  ) {
    this.#context = context;
    this.#runs = runs;
    this.#files = files;
    this.#state = state;
  }

  /** Asks the auditor, and once more when no clear verdict came. Each answer is recorded as a verdict. */
  async ask(request: AuditRequest): Promise<Audited> {
    const first = await this.#answer(request, null, (attempt) =>
      auditorPrompt(request.parts, attempt.style, request.templates),
    );
    const {verdict, last} = first;
    if (verdict.verdict !== null || !this.#mayAskAgain(first)) return first;
    const {executor, installation} = this.#runs.agent('auditor');
    const resume = executor.canResume(installation) ? last.finished.agentSession : null;
    return this.#answer(request, resume, ({style, resumed}) =>
      auditorAgainPrompt(verdict, request.parts, {resumed, style, templates: request.templates}),
    );
  }

  /** One that failed in spite of all retries will not do better for being asked in other words. */
  #mayAskAgain({last, overrun}: Audited): boolean {
    const {stop, log} = this.#context;
    return last.failure === null && !overrun && !this.#runs.overrun() && !stop.aborted && !log.failure();
  }

  async #answer(
    {iteration, header}: AuditRequest,
    resume: string | null,
    prompt: (attempt: Attempt) => string,
  ): Promise<Audited> {
    const before = this.#state.snapshot;
    const order: Order = {
      role: 'auditor',
      iteration,
      resume,
      mayResume: false,
      prompt: (attempt) => headed(header, prompt(attempt)),
      answerSchema: VERDICT_SCHEMA,
    };
    const last = await this.#runs.run(order);
    const after = await this.#files.snapshot(iteration, 'auditor');
    const verdict = (await this.#voided(before, after)) ?? verdictOf(last);
    this.#record(iteration, verdict);
    return {verdict, overrun: last.overrun, last};
  }

  /** Who changes what is to be judged has no say. null: it has not, as far as can be told. */
  async #voided(before: WorktreeSnapshot | null, after: WorktreeSnapshot): Promise<Verdict | null> {
    if (isSame(before, after) !== false) return null;
    const changed = await this.#writtenBetween(before!, after);
    if (changed === null) return null;
    const reason = `Files changed while the auditor was at work, so that its verdict does not count: ${changed}`;
    return {type: 'verdict', verdict: null, reason, feedback: null, how: 'voided'};
  }

  /** null: nothing but what processes of others have open, such as the file that our own output goes to. */
  async #writtenBetween(before: WorktreeSnapshot, after: WorktreeSnapshot): Promise<string | null> {
    const diff = await this.#files.changes(before, after);
    if (diff.kind === 'none') return diff.reason;
    if (before.head !== after.head || before.branch !== after.branch)
      return 'another commit or branch is checked out';
    const isOpen = await this.#openForWriting();
    const files = diff.files.filter(({path}) => !isOpen(path));
    return files.length === 0 && diff.omittedFiles === 0 ? null : named(files, diff.omittedFiles);
  }

  /** Whether a path, which is one within the repository around us, is that of a file that a process has open for writing. */
  async #openForWriting(): Promise<(path: string) => boolean> {
    const open = await filesOpenForWriting();
    const folders = foldersAround(await realpath(this.#context.cwd));
    return (path) => folders.some((folder) => open.has(join(folder, path)));
  }

  #record(iteration: number, body: EventBody): void {
    this.#context.log.append({body, iteration, role: 'auditor', source: 'runner'});
  }
}

/** The folder itself first. */
function foldersAround(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersAround(parent)];
}

/** Only an auditor that came to its own end has a say. */
export function verdictOf({finished, failure}: Pick<AgentRun, 'finished' | 'failure'>): Verdict {
  const {outcome, reason, text} = finished;
  if (outcome === 'completed') return {type: 'verdict', ...readVerdict(text ?? '')};
  const why = withNextStep(`The auditor ${outcome}: ${reason}`, failure);
  return {type: 'verdict', verdict: null, reason: why, feedback: null, how: 'none'};
}

const MAX_NAMED = 5;

function named(files: readonly {path: string}[], omittedFiles: number): string {
  const more = Math.max(0, files.length - MAX_NAMED) + omittedFiles;
  const paths = files.slice(0, MAX_NAMED).map(({path}) => path);
  return [...paths, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
