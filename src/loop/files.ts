/** What the loop knows of the files that the agents work on: snapshots, which it records, and what lies between two of them. */
import {dirname, join} from 'node:path';
import {type Snapshot, type Worktree, worktreeOf} from '../changes/worktree.ts';
import type {Role, WorktreeSnapshot} from '../event.ts';
import type {RunContext} from '../run.ts';
import type {SessionState} from '../session/state.ts';
import {CHANGES_FOLDER} from '../session/state-dir.ts';
import {sentence} from '../text.ts';
import type {DiffPart} from './prompts/parts.ts';

export class Files {
  readonly #context: RunContext;
  /** Of the log, kept up to date by somebody else. */
  readonly #state: SessionState;
  readonly #worktree: Worktree;
  /** Why they could not be looked at, as it was last said. */
  #saidReason: string | null = null;

  constructor(context: RunContext, state: SessionState) {
    const {cwd, env, log, stop} = context;
    this.#context = context;
    this.#state = state;
    this.#worktree = worktreeOf({
      cwd,
      env,
      stop,
      storeDir: join(log.dir, CHANGES_FOLDER),
      stateDir: dirname(dirname(log.dir)),
    });
  }

  /** Takes and records one; the state knows it then. `role`: who has just run, or null. */
  async snapshot(iteration: number, role: Role | null): Promise<WorktreeSnapshot> {
    const body = eventOf(await this.#worktree.snapshot());
    const {log} = this.#context;
    log.append({body, iteration, role, source: 'runner'});
    this.#noteUnknown(body.reason, iteration);
    await log.flush();
    return body;
  }

  #noteUnknown(reason: string | null, iteration: number): void {
    const {log, stop} = this.#context;
    if (reason === null || reason === this.#saidReason || stop.aborted) return;
    this.#saidReason = reason;
    const text = `What changes in the files cannot be told: ${sentence(reason)} No diff is shown to the agents, and an auditor that writes goes unnoticed.`;
    const body = {type: 'note', level: 'warning', code: 'FILES_UNKNOWN', text} as const;
    log.append({body, iteration, role: null, source: 'runner'});
  }

  /** What has changed since the session began. */
  sinceBaseline(): Promise<DiffPart> {
    return this.changes(this.#state.baseline, this.#state.snapshot);
  }

  async changes(from: WorktreeSnapshot | null, to: WorktreeSnapshot | null): Promise<DiffPart> {
    if (!from?.id || !to?.id) {
      const reason = from?.reason ?? to?.reason ?? 'the files were not looked at';
      return {kind: 'none', reason};
    }
    return this.#worktree.changes(from.id, to.id);
  }
}

const NOT_TOLD = {id: null, head: null, branch: null} as const;

function eventOf(snapshot: Snapshot): WorktreeSnapshot {
  const type = 'worktree_snapshot';
  switch (snapshot.kind) {
    case 'git':
      return {type, ...snapshot, reason: null};
    case 'manifest':
      return {type, ...NOT_TOLD, ...snapshot, reason: null};
    case 'none':
      return {type, ...NOT_TOLD, ...snapshot};
  }
}

/** Whether neither files nor what is checked out have changed; null: it cannot be told. */
export function isSame(before: WorktreeSnapshot | null, after: WorktreeSnapshot): boolean | null {
  if (!before?.id || !after.id) return null;
  return before.id === after.id && before.head === after.head && before.branch === after.branch;
}
