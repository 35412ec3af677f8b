/** Sessions survive their oneshot: killed, stopped or out of disk at any moment, they can be looked at and resumed. */

import {closeSync, mkdirSync, openSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {VerdictWord} from '../../src/event.ts';
import {claude} from '../../test/agents/dialect.ts';
import {MARKER, markedProcesses} from '../../test/agents/processes.ts';
import {type AgentRig, startAgentRig} from '../agent-rig.ts';
import {atOnce} from '../at-once.ts';
import {builtCli} from '../build.ts';
import {
  faultsOfCommands,
  faultsOfKilled,
  faultsOfResume,
  logOf,
  oneshot,
  type Scene,
  sessionOf,
} from '../kill/session.ts';
import {ended, start, until, withTempFolder} from '../process.ts';
import {defineCheck, type Progress} from './check.ts';

interface Counts {
  demo: number;
  claude: number;
  diskFull: number;
  stopped: number;
}

/** Latest moment of a kill, ms from the start. */
const DEMO_WITHIN_MS = 6_500;
const CLAUDE_WITHIN_MS = 6_000;

const AT_ONCE = 2;

export const kill = defineCheck<Counts>({
  full: {demo: 300, claude: 20, diskFull: 50, stopped: 50},
  reduced: {demo: 6, claude: 2, diskFull: 2, stopped: 2},
  async measure(counts, progress) {
    const cli = await builtCli();
    const faults: Record<keyof Counts, string[]> = {demo: [], claude: [], diskFull: [], stopped: []};
    const cases: [keyof Counts, (index: number) => Promise<string[]>][] = [
      ['demo', () => killedDemo(cli)],
      ['claude', () => killedClaude(cli)],
      ['diskFull', (index) => fullDisk(cli, index)],
      ['stopped', () => stopped(cli)],
    ];
    let runs = 0;
    for (const [name, run] of cases) {
      const jobs = Array.from({length: counts[name]}, (_, index) => async () => {
        const found = await run(index);
        runs++;
        for (const fault of found) progress(`${name} ${index}: ${fault}`);
        faults[name].push(...found);
      });
      await atOnce(AT_ONCE, jobs);
      tell(progress, name, counts[name], faults[name]);
    }
    const value = {
      demo: faults.demo.length,
      claude: faults.claude.length,
      diskFull: faults.diskFull.length,
      stopped: faults.stopped.length,
    };
    const target = {demo: 0, claude: 0, diskFull: 0, stopped: 0};
    const planned = counts.demo + counts.claude + counts.diskFull + counts.stopped;
    const ok = runs === planned && Object.values(value).every((count) => count === 0);
    return {runs, value, target, ok};
  },
});

function tell(progress: Progress, name: string, count: number, faults: readonly string[]): void {
  progress(`${name}: ${count} sessions, ${faults.length} faults`);
}

/** A demo session, killed with SIGKILL at a random moment. */
function killedDemo(cli: string): Promise<string[]> {
  return withTempFolder((folder) => {
    const scene = sceneIn(folder, cli, {...process.env, TMPDIR: folder});
    return killed(['demo', '--json'], scene, Math.random() * DEMO_WITHIN_MS);
  });
}

/** A task of two iterations for the real Claude. */
async function killedClaude(cli: string): Promise<string[]> {
  const verdict = (word: VerdictWord) => claude.verdict(word, 'seen', 'more');
  let audits = 0;
  const rig: AgentRig = await startAgentRig('claude-pinned', ({userTexts}) => {
    if (!userTexts.some((text) => text.includes('independent auditor. Another agent'))) {
      return {text: Array.from({length: 8}, (_, index) => ({text: `word ${index} `, after: 100}))};
    }
    return verdict(audits++ === 0 ? 'RETRY' : 'DONE');
  });
  try {
    const scene: Scene = {cli, home: rig.stateDir, cwd: rig.work, env: rig.env};
    const args = ['run', '--json', '--executor', 'claude', 'Say the words'];
    return await killed(args, scene, Math.random() * CLAUDE_WITHIN_MS);
  } finally {
    await rig.close();
  }
}

function sceneIn(folder: string, cli: string, env: Scene['env']): Scene {
  const home = join(folder, 'state');
  mkdirSync(home);
  return {cli, home, cwd: folder, env};
}

async function killed(args: readonly string[], scene: Scene, afterMs: number): Promise<string[]> {
  const marker = `${process.pid}-${Math.random()}`;
  const marked = {...scene, env: {...scene.env, [MARKER]: marker}};
  const shownPath = join(scene.home, 'shown.jsonl');
  const child = startInto(shownPath, args, marked);
  const exit = ended(child);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await exit;
  const id = sessionOf(scene.home);
  // Before there was a log there was nothing to lose.
  if (id === null || logOf(scene.home, id) === '') return [];
  const faults = [
    ...faultsOfKilled(logOf(scene.home, id), readFileSync(shownPath, 'utf8')),
    ...(await faultsOfCommands(id, marked)),
    ...(await faultsOfResume(id, marked)),
  ];
  const left = markedProcesses(marker).filter(({command}) => !command.includes('guard.js'));
  return [...faults, ...left.map(({command}) => `left running: ${command}`)];
}

/** Its stdout goes into a file, which takes all that was shown. */
function startInto(path: string, args: readonly string[], {cli, home, cwd, env}: Scene) {
  const file = openSync(path, 'w', 0o600);
  try {
    return start([process.execPath, cli, ...args], {
      cwd,
      env: {...env, ONESHOT_HOME: home},
      stdio: ['ignore', file, 'ignore'],
    });
  } finally {
    closeSync(file);
  }
}

/** A mount namespace of its own, gone with its last process. */
const MOUNTING = ['unshare', '--user', '--map-root-user', '--mount'] as const;
const PAGE_BYTES = 4096;

/** The state folder is a disk that is full sooner or later; then there is room again. */
function fullDisk(cli: string, index: number): Promise<string[]> {
  return withTempFolder(async (folder) => {
    const scene = sceneIn(folder, cli, {...process.env, TMPDIR: folder});
    const size = PAGE_BYTES * (4 + (index % 20));
    const script = `mount -t tmpfs -o size=${size} tmpfs "$ONESHOT_HOME" || exit 99
"$@" demo --quiet; mount -o remount,size=16m "$ONESHOT_HOME"
"$@" resume last --takeover --quiet; echo "$?" >"$TMPDIR/code"
cp -r "$ONESHOT_HOME" "$TMPDIR/kept"`;
    const argv = [...MOUNTING, 'sh', '-c', script, 'sh', process.execPath, cli] as const;
    const env = {...scene.env, ONESHOT_HOME: scene.home};
    let stderr = '';
    const child = start(argv, {cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe']});
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    await ended(child);
    const code = readFileSync(join(folder, 'code'), 'utf8').trim();
    const kept = join(folder, 'kept');
    const id = sessionOf(kept);
    // With no room for a session there is none, and the error says so.
    if (id === null) return stderr.includes('STATE_UNWRITABLE') ? [] : [`no session and no word: ${stderr}`];
    const wasOver = /NOTHING_TO_RESUME|CWD_UNUSABLE/.test(stderr);
    const log = logOf(kept, id);
    const isVerified = log.includes('"ending":"verified"');
    return (code === '0' || wasOver) && isVerified
      ? faultsOfKilled(log, '')
      : [`code ${code}: ${stderr.slice(-600)}`];
  });
}

/** The writer stands still while somebody else wants the session, and goes on afterwards. */
function stopped(cli: string): Promise<string[]> {
  return withTempFolder(async (folder) => {
    const scene = sceneIn(folder, cli, {...process.env, TMPDIR: folder});
    const child = startInto(join(folder, 'shown.jsonl'), ['demo', '--json'], scene);
    const exit = ended(child);
    await until('the session has begun', () => {
      const id = sessionOf(scene.home);
      return id !== null && logOf(scene.home, id) !== '';
    });
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2_500));
    child.kill('SIGSTOP');
    const other = await oneshot(['resume', 'last', '--takeover'], scene);
    child.kill('SIGCONT');
    const {exitCode} = await exit;
    const id = sessionOf(scene.home)!;
    return [
      ...(other.code === 1 && other.stderr.includes('SESSION_LOCKED')
        ? []
        : [`the second writer: exit ${other.code}, ${other.stderr.slice(-300)}`]),
      ...(exitCode === 0 ? [] : [`the first writer: exit ${exitCode}`]),
      ...faultsOfKilled(logOf(scene.home, id), readFileSync(join(folder, 'shown.jsonl'), 'utf8')),
    ];
  });
}
