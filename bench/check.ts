/**
 * `npm run check:NAME [-- --reduced]`: one check of docs/checks.md, at full or reduced counts.
 *
 * stdout ends in one JSON line `{name, runs, value, target, ok, …}`; progress goes to stderr. Exit 1 when not ok.
 * `ONESHOT_CHECK_REDUCED=1` is the same as `--reduced`.
 */
import type {AnyCheck, Judged} from './checks/check.ts';
import {CHECKS} from './checks/index.ts';

async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const reduced = argv.includes('--reduced') || env.ONESHOT_CHECK_REDUCED === '1';
  const names = argv.filter((argument) => argument !== '--reduced');
  const [name = ''] = names;
  const check = CHECKS[name];
  if (!check || names.length > 1) {
    process.stderr.write(`usage: check.ts ${Object.keys(CHECKS).join('|')} [--reduced]\n`);
    return false;
  }
  const judged = await judge(name, check, reduced ? 'reduced' : 'full');
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify(judged)}\n`, resolve));
  return judged.ok;
}

/** A check that breaks off has not held. */
async function judge(name: string, check: AnyCheck, mode: 'full' | 'reduced') {
  const counts = check[mode];
  const startedAt = performance.now();
  const progress = (text: string) => process.stderr.write(`${name}: ${text}\n`);
  progress(`${mode} counts ${JSON.stringify(counts)}`);
  const judged: Judged = await check.run(mode, progress).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    return {runs: 0, value: null, target: null, ok: false, error: String(error)};
  });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  return {name, ...judged, mode, counts, fullCounts: check.full, seconds};
}

// Not by running out of work: a run that hangs, the very thing a check may find, would hold the process.
process.exit((await main(process.argv.slice(2), process.env)) ? 0 : 1);
