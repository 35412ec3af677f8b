/** `oneshot list` of many sessions, once it has seen them. */
import {readFileSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {linesOf, OPEN_SESSION, recordSession, VERIFIED_SESSION} from '../../test/session/logs.ts';
import {builtCli} from '../build.ts';
import {runToEnd, withTempFolder} from '../process.ts';
import {median, rounded} from '../stats.ts';
import {defineCheck} from './check.ts';

const TARGET_MS = 500;

/** Writes the CPU time of the process, user and system, into a file when it exits. */
const CPU_PROBE = `data:text/javascript,${encodeURIComponent(
  "import {writeFileSync} from 'node:fs'; process.on('exit', () => writeFileSync(process.env.CPU_FILE, JSON.stringify(process.cpuUsage())));",
)}`;

export const list = defineCheck({
  full: {sessions: 10_000, times: 9},
  reduced: {sessions: 1_000, times: 5},
  async measure({sessions, times}, progress) {
    const cpuMs: number[] = [];
    const wallMs: number[] = [];
    const cli = await builtCli();
    await withTempFolder(async (home) => {
      for (let index = 0; index < sessions; index++) record(home, index);
      progress(`${sessions} sessions are recorded`);
      // The first reads every log, the second what was too new for the index.
      for (let warm = 0; warm < 2; warm++) await timeList(cli, home, sessions);
      for (let time = 0; time < times; time++) {
        const took = await timeList(cli, home, sessions);
        cpuMs.push(took.cpuMs);
        wallMs.push(took.wallMs);
      }
    });
    const value = {cpuMs: rounded(median(cpuMs), 0)};
    const ok = cpuMs.length === times && value.cpuMs <= TARGET_MS;
    return {
      runs: cpuMs.length,
      value,
      target: {cpuMs: TARGET_MS},
      ok,
      wallMs: {median: rounded(median(wallMs), 0), shortest: rounded(Math.min(...wallMs), 0)},
    };
  },
});

/** Every third has no end and a dead owner. */
function record(home: string, index: number): void {
  const stamp = new Date(Date.UTC(2026, 0, 1) + index * 61_000).toISOString().replace(/[-:]/g, '');
  const id = `${stamp.slice(0, 8)}-${stamp.slice(9, 15)}-${index.toString(16).padStart(6, '0')}`;
  const crashed = index % 3 === 0;
  const dir = recordSession(home, linesOf(crashed ? OPEN_SESSION : VERIFIED_SESSION, id), id);
  const owner = {pid: 4_194_305, startedAt: '1', host: hostname(), at: 0};
  writeFileSync(join(dir, crashed ? 'lock.1' : 'lock.1.released'), JSON.stringify(owner));
}

async function timeList(cli: string, home: string, sessions: number) {
  const file = join(home, 'cpu.json');
  const env = {...process.env, ONESHOT_HOME: home, CPU_FILE: file};
  const argv = ['--import', CPU_PROBE, cli, 'list', '--limit', String(sessions)];
  const startedAt = performance.now();
  const {exitCode} = await runToEnd([process.execPath, ...argv], {env});
  const wallMs = performance.now() - startedAt;
  if (exitCode !== 0) throw new Error(`oneshot list ended with exit code ${exitCode}`);
  const {user, system} = JSON.parse(readFileSync(file, 'utf8')) as NodeJS.CpuUsage;
  return {cpuMs: (user + system) / 1000, wallMs};
}
