/** What came of a batch → lines of a table. */
import {duration} from './format.ts';
import {table} from './session-list.ts';

export interface TableRow {
  line: number;
  id: string | null;
  session: string | null;
  ending: string | null;
  iterations: number;
  /** null: not known. */
  durationMs: number | null;
  costUsd: number | null;
  error: {code: string} | null;
}

export function batchTable(rows: readonly TableRow[]): string[] {
  return table([['LINE', 'ID', 'ENDING', 'ITER', 'TIME', 'COST', 'SESSION'], ...rows.map(cellsOf)]);
}

function cellsOf({line, id, session, ending, iterations, durationMs, costUsd, error}: TableRow): string[] {
  return [
    String(line),
    id ?? '',
    ending ?? error?.code ?? '',
    iterations === 0 ? '' : String(iterations),
    durationMs === null ? '' : duration(durationMs),
    costUsd === null ? '' : `$${costUsd.toFixed(2)}`,
    session ?? '',
  ];
}
