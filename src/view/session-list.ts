/** Sessions → lines of a table. */
import type {ListedSession} from '../session/list.ts';
import {oneLine} from '../text.ts';
import {duration} from './format.ts';

const MAX_TITLE_CHARS = 60;

/** `nowMs`: since the epoch. */
export function sessionLines(sessions: readonly ListedSession[], nowMs: number): string[] {
  const rows = sessions.map((session) => [
    session.id,
    session.status,
    session.lastAt === 0 ? '' : ageText(nowMs - session.lastAt),
    iterations(session),
    session.costUsd === null ? '' : `$${session.costUsd.toFixed(2)}`,
    oneLine(session.task ?? session.command ?? '', MAX_TITLE_CHARS),
  ]);
  return table([['ID', 'STATUS', 'AGE', 'ITER', 'COST', 'TASK'], ...rows]);
}

function iterations({iteration, maxIterations, task}: ListedSession): string {
  return task === null ? '' : `${iteration}/${maxIterations}`;
}

/** `12 s`, `5 min`, `3 h`, `8 d`. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Columns of equal width, two blanks between them. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** What is said of a session in one line, for those who act on it. */
export function sessionTitle({id, status, task, command, lastAt, startedAt}: ListedSession): string {
  const title = oneLine(task ?? command ?? 'without events', MAX_TITLE_CHARS);
  return `${id}  ${status}, ${duration(lastAt - startedAt)}: ${title}`;
}
