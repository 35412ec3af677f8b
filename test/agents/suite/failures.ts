/** What comes between a task and its end: agents that die, services that do not answer, a budget that is used up. */
import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import type {OneshotEvent} from '../../../src/event.ts';
import type {Dialect} from '../dialect.ts';
import type {AgentName} from '../install.ts';
import {type Rig, type RunningOneshot, until} from '../rig.ts';
import {refusal, type Script, type Turn} from '../script.ts';
import {eventsOf, storyOf} from '../session.ts';
import {complaints, expectExit, promptOf, record, recorded, rigOf} from './helpers.ts';

const FULL = ['--permission-mode', 'full'];

export function outlivesFailures(name: AgentName, dialect: Dialect): void {
  it('an agent that is killed in the second iteration is run again in it, and knows what was done', async () => {
    const script = orphanProof([
      dialect.command('touch first.txt'),
      dialect.final('Done.'),
      dialect.verdict('RETRY', 'There is no second.txt.', 'Write second.txt too.'),
      halfDone(dialect),
      dialect.command('touch second.txt'),
      dialect.final('Both are there.'),
      dialect.verdict('DONE', 'Both are there.'),
    ]);
    const rig = await rigOf(name, script.answer);
    execFileSync('git', ['init', '--quiet', rig.work]);
    const oneshot = rig.start(['--json', ...FULL, 'Write both files']);
    await killAgent(rig, oneshot, script);
    const finished = await recorded(oneshot);
    const {session} = finished;
    const resumes = name.startsWith('claude');
    expect(storyOf(session)).toEqual([
      '1: worker completed',
      '1: auditor completed',
      '1: verdict RETRY',
      '2: worker failed',
      `2: worker retry ${resumes ? 'resume' : 'again'}`,
      '2: worker completed',
      '2: auditor completed',
      '2: verdict DONE',
      'verified',
    ]);
    expectExit(finished, 0);
    const [first, , crashed, again] = eventsOf(session, 'run_started');
    const prompt = promptOf(session, 'worker', 2, rig.server.requests.at(-3));
    expect(prompt).toContain('Part of the work may be done already');
    if (resumes) {
      const own = eventsOf(session, 'run_finished')[0]?.agentSession;
      expect([first, crashed, again].map((run) => run?.resumedAgentSession)).toEqual([null, own, own]);
    } else expect(prompt).toContain('begun.txt');
  });

  it('without retries an agent that is killed is the end', async () => {
    const script = orphanProof([halfDone(dialect)]);
    const rig = await rigOf(name, script.answer);
    const oneshot = rig.start(['--json', ...FULL, '--agent-retries', '0', 'Write both files']);
    await killAgent(rig, oneshot, script);
    const finished = await recorded(oneshot);
    expect(storyOf(finished.session)).toEqual(['1: worker failed', 'failed']);
    expectExit(finished, 1);
    expect(eventsOf(finished.session, 'run_finished')[0]?.signal).toBe('SIGKILL');
  });

  it('a service that fails until the agent gives up is tried again after a pause', async () => {
    let isUp = false;
    const answer = () => (isUp ? dialect.final('At last.') : refusal(500));
    const rig = await rigOf(name, answer, {env: {CLAUDE_CODE_MAX_RETRIES: '1'}});
    const oneshot = rig.start(['--json', ...FULL, '--no-audit', '--agent-retries', '1', 'Ask again']);
    await until(() => oneshot.stdout().includes('"run_retry"'), 'the agent gives up', 180_000);
    isUp = true;
    const finished = await recorded(oneshot);
    const how = eventsOf(finished.session, 'run_retry')[0]?.how;
    expect(storyOf(finished.session)).toEqual([
      '1: worker failed',
      `1: worker retry ${how}`,
      '1: worker completed',
      'unverified',
    ]);
    expectExit(finished, 0);
    expect(eventsOf(finished.session, 'run_retry')[0]).toMatchObject({attempt: 1, maxAttempts: 1});
    expect(eventsOf(finished.session, 'session_finished')[0]?.text).toBe('At last.');
  });

  if (dialect.countsUsage) keepsToTheBudget(name, dialect);
  else saysThatItCannotCount(name, dialect);
}

function keepsToTheBudget(name: AgentName, dialect: Dialect): void {
  it('a run that goes over the budget is stopped', async () => {
    const rig = await rigOf(name, () => dialect.command('true'));
    const finished = await record(rig, [...FULL, '--max-tokens', '300', 'Go on for ever']);
    expect(storyOf(finished.session)).toEqual(['1: worker canceled', 'over-budget']);
    expectExit(finished, 3);
    expect(eventsOf(finished.session, 'stop_requested')[0]?.cause).toBe('budget');
    expect(finished.stderr).toContain('--max-tokens');
  });

  it('a run that the budget has no room for is not begun', async () => {
    const rig = await rigOf(name, [dialect.final('Done.')]);
    const finished = await record(rig, [...FULL, '--max-turns', '1', 'Do it']);
    expect(storyOf(finished.session)).toEqual(['1: worker completed', 'over-budget']);
    expectExit(finished, 3);
    expect(finished.stderr).toContain('--max-turns');
  });
}

function saysThatItCannotCount(name: AgentName, dialect: Dialect): void {
  it('where an agent does not tell what it uses, that is said', async () => {
    const rig = await rigOf(name, [dialect.final('Done.'), dialect.verdict('DONE', 'It is done.')]);
    const finished = await record(rig, [...FULL, '--max-turns', '1', 'Do it']);
    expect(storyOf(finished.session).at(-1)).toBe('verified');
    expectExit(finished, 0);
    expect(complaints(finished, dialect.noise)).toEqual(['AUDITOR_CAN_WRITE', 'BUDGET_UNCOUNTED']);
  });
}

/** Leaves `begun.txt` behind, and works on. */
function halfDone(dialect: Dialect): Turn {
  return dialect.command('touch begun.txt; sleep 100');
}

interface OrphanProof {
  answer: Script;
  /** Whether a request comes from what a killed agent has left. */
  isOrphaned(): boolean;
}

/** Until it is ended too, what a killed launcher has started may ask the model again: it gets no answer. */
function orphanProof(turns: Turn[]): OrphanProof {
  const script: OrphanProof = {
    answer: () => (script.isOrphaned() ? {silence: true} : turns.shift()!),
    isOrphaned: () => false,
  };
  return script;
}

/** Kills the agent that has begun, not what it has started. */
async function killAgent({work}: Rig, oneshot: RunningOneshot, script: OrphanProof): Promise<void> {
  await until(() => existsSync(join(work, 'begun.txt')), 'the work is begun', 120_000);
  script.isOrphaned = () => !oneshot.stdout().includes('"run_retry"');
  process.kill(startsIn(oneshot).at(-1)!.pid, 'SIGKILL');
}

function startsIn(oneshot: RunningOneshot) {
  const lines = oneshot.stdout().split('\n').slice(0, -1);
  const events = lines.map((line) => JSON.parse(line) as OneshotEvent);
  return events.filter((event) => event.type === 'run_started');
}
