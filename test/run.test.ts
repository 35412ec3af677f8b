import {createHash} from 'node:crypto';
import {existsSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, it} from 'vitest';
import type {OneshotEvent, RawSpan, RunFinished} from '../src/event.ts';
import {type AgentChoice, type RunRequest, run, shownOn} from '../src/run.ts';
import {systemWrite} from '../src/session/append-file.ts';
import {ManualClock} from './support/manual-clock.ts';
import {
  claudeSays,
  createWorld,
  program,
  scripted,
  until,
  type World,
  type WorldOptions,
} from './support/session.ts';

let world: World;
afterEach(() => world.remove());

async function start(options: WorldOptions): Promise<World> {
  world = await createWorld(options);
  return world;
}

const request = (agent: AgentChoice, more: Partial<RunRequest> = {}): RunRequest => ({
  agent,
  prompt: 'do the task',
  iteration: 1,
  role: 'worker',
  resume: null,
  ...more,
});

const go = (agent: AgentChoice, more?: Partial<RunRequest>) => run(world.context, request(agent, more));
const typesOf = (events: OneshotEvent[]) => events.map(({type}) => type);
const find = <T extends OneshotEvent['type']>(type: T) =>
  world.events().find((event): event is Extract<OneshotEvent, {type: T}> => event.type === type);
const notes = (code: string) =>
  world.events().filter((event) => event.type === 'note' && event.code === code);

function rawBytes({stream, offset, length}: RawSpan): string {
  const bytes = readFileSync(world.context.log.rawPath(1, 'worker', stream));
  return bytes.subarray(offset, offset + length).toString();
}

describe('a run', () => {
  it('goes from spawn to outcome, recorded, each event with its bytes', async () => {
    await start({runs: [[{stderr: 'warming up\n'}, ...claudeSays('All done.')]]});
    const finished = await go(scripted('claude', {model: 'm1'}), {prompt: 'ünïcode task'});
    expect(finished).toMatchObject({
      outcome: 'completed',
      text: 'All done.',
      agentSession: 'claude-session',
      exitCode: 0,
      signal: null,
      usage: {inputTokens: 3, outputTokens: 4, costUsd: 0.5, turns: 1},
    });
    const events = world.events();
    expect(events[0]).toMatchObject({
      type: 'run_started',
      executor: 'claude',
      agentVersion: '9.9.9',
      model: 'm1',
      promptDelivery: 'stdin',
      promptBytes: Buffer.byteLength('ünïcode task'),
    });
    expect(events.at(-1)).toMatchObject({...finished, source: 'runner'});
    expect(typesOf(events)).toEqual(
      expect.arrayContaining(['agent_session', 'agent_message_chunk', 'unparsed']),
    );
    for (const event of events) {
      if (event.raw?.stream === 'stdout') expect(() => JSON.parse(rawBytes(event.raw!))).not.toThrow();
      if (event.type === 'unparsed') expect(rawBytes(event.raw!)).toBe('warming up\n');
    }
    expect(world.starts()[0]).toMatchObject({stdin: 'ünïcode task'});
  });

  it('that was canceled before its start starts nothing', async () => {
    await start({runs: [[]]});
    world.stop.abort({outcome: 'canceled', reason: 'SIGINT'});
    expect(await go(scripted('claude'))).toMatchObject({outcome: 'canceled', exitCode: null});
    expect(typesOf(world.events())).toEqual(['run_finished']);
    expect(existsSync(`${world.script}.starts`)).toBe(false);
  });

  it('of a program that is not there is an error', async () => {
    await start({runs: [[]]});
    const missing = program('/no/such/program');
    await expect(go(missing)).rejects.toMatchObject({code: 'AGENT_NOT_FOUND'});
  });

  it('gives a program without a prompt an empty stdin', async () => {
    await start({runs: [[]]});
    const reads = program(process.execPath, '-e', 'process.stdin.pipe(process.stdout)');
    expect(await go(reads, {prompt: null})).toMatchObject({outcome: 'completed', text: null});
    expect(find('run_started')).toMatchObject({promptDelivery: 'none', promptBytes: 0});
  });

  it('hands on our own stdin when asked to', async () => {
    await start({runs: [[{stdout: 'ok\n'}]]});
    const quick = program(process.execPath, '-e', 'console.log("ok")');
    expect(await go(quick, {prompt: null, inheritStdin: true})).toMatchObject({outcome: 'completed'});
    expect(find('run_started')).toMatchObject({promptDelivery: 'none'});
  });

  it('says when the transport is not the one wanted', async () => {
    await start({runs: [claudeSays('x')], transport: 'pipe'});
    await go(scripted('claude'));
    expect(find('run_started')).toMatchObject({transport: 'pipe'});
    expect(notes('TRANSPORT_FALLBACK')).toEqual([]);
  });

  it('notes a stream that another process holds open', async () => {
    await start({runs: [[{holdOpenMs: 4_000}, ...claudeSays('x')]], transport: 'pipe'});
    expect(await go(scripted('claude'))).toMatchObject({outcome: 'completed'});
    expect(notes('STREAM_HELD_OPEN')).toHaveLength(1);
  });
});

describe('a long prompt', () => {
  it('that must go in argv is written to a private file', async () => {
    await start({runs: [[]]});
    const prompt = 'é'.repeat(60_000);
    await go(scripted('cline'), {prompt});
    const path = join(world.context.log.dir, '1', 'worker.prompt.txt');
    expect(readFileSync(path, 'utf8')).toBe(prompt);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(world.starts()[0]!.argv.join(' ')).toContain(path);
    expect(notes('PROMPT_FILE')).toHaveLength(1);
    expect(find('run_started')).toMatchObject({promptDelivery: 'file', promptBytes: 120_000});
  });

  it('whose white space the agent would change is written to a file too', async () => {
    await start({runs: [[]]});
    const prompt = 'Do this:\n\n  - indented\n';
    await go(scripted('cline-2'), {prompt});
    expect(readFileSync(join(world.context.log.dir, '1', 'worker.prompt.txt'), 'utf8')).toBe(prompt);
    expect(notes('PROMPT_FILE')).toMatchObject([{text: expect.stringContaining('white space')}]);
    expect(find('run_started')).toMatchObject({promptDelivery: 'file'});
  });

  it('in argv is shortened in the log only', async () => {
    await start({runs: [[]]});
    const prompt = 'word '.repeat(1_000);
    await go(scripted('cline'), {prompt});
    expect(world.starts()[0]!.argv).toContain(prompt);
    const shown = find('run_started')!.argv.join(' ');
    expect(shown).toContain('… (5000 bytes)');
    expect(shown.length).toBeLessThan(1_000);
  });
});

describe('a refused streaming flag', () => {
  const refuses = (flag: string) => [{stderr: `error: unknown option '${flag}'\n`}, {exit: 1}];

  it('is left out, one after the other, down to plain text', async () => {
    await start({
      runs: [refuses('--include-partial-messages'), refuses('--output-format'), [{stdout: 'plain words\n'}]],
    });
    expect(await go(scripted('claude'))).toMatchObject({
      outcome: 'completed',
      text: expect.stringContaining('plain words'),
    });
    const argvs = world.starts().map(({argv}) => argv);
    expect(argvs[0]).toContain('--include-partial-messages');
    expect(argvs[1]).not.toContain('--include-partial-messages');
    expect(argvs[1]).toContain('--output-format');
    expect(argvs[2]).not.toContain('--output-format');
    const [first] = notes('FLAG_REFUSED');
    expect(first).toMatchObject({
      level: 'warning',
      text: expect.stringMatching(/9\.9\.9.*--include-partial-messages/),
    });
    expect(typesOf(world.events()).filter((type) => type === 'run_finished')).toHaveLength(1);
    expect(
      rawBytes(world.events().findLast((event) => event.type === 'agent_message_chunk')!.raw!),
    ).toContain('plain');
  });

  it('is not looked for once the agent has spoken JSON', async () => {
    await start({runs: [[{json: {type: 'system', subtype: 'status'}}, ...refuses('--output-format')]]});
    expect(await go(scripted('claude'))).toMatchObject({outcome: 'failed', exitCode: 1});
    expect(world.starts()).toHaveLength(1);
  });

  it('is told with an unknown version where there is none', async () => {
    await start({runs: [refuses('--json'), [{stdout: 'words\n'}]]});
    const agent = scripted('cline');
    const installation = {...agent.installation, version: null};
    await go({...agent, installation});
    expect(notes('FLAG_REFUSED')).toMatchObject([{text: expect.stringContaining('version unknown')}]);
    const argvs = world.starts().map(({argv}) => argv);
    expect(argvs).toHaveLength(3);
    expect(argvs[1]).toEqual(['--version']);
    expect(argvs[2]).not.toContain('--json');
  });
});

describe('stopping', () => {
  const running = () => until(() => existsSync(`${world.script}.starts`));

  it('signals, records each signal and gives the outcome of its reason', async () => {
    await start({runs: [[{untilSignal: true}]]});
    const finished = go(scripted('claude'));
    await running();
    world.stop.abort({outcome: 'timed-out', reason: 'too long'});
    expect(await finished).toMatchObject({
      outcome: 'timed-out',
      reason: expect.stringContaining('too long'),
      signal: 'SIGINT',
    });
    expect(find('signal_sent')).toMatchObject({signal: 'SIGINT', reason: 'too long'});
    expect(find('stop_requested')).toMatchObject({cause: 'cancel', clock: null, reason: 'too long'});
  });

  it('at once when killed', async () => {
    const clock = new ManualClock();
    await start({runs: [[{ignore: ['SIGINT', 'SIGTERM']}, {stdout: 'ready\n'}, {untilSignal: true}]], clock});
    const finished = go(scripted('command'));
    await until(() => find('agent_message_chunk') !== undefined);
    world.stop.abort({outcome: 'canceled', reason: 'SIGINT'});
    world.kill.abort();
    expect(await finished).toMatchObject({outcome: 'canceled', signal: 'SIGKILL'});
  });

  it('when asked for while the agent starts', async () => {
    await start({runs: [[{untilSignal: true}]]});
    const finished = go(scripted('claude'));
    world.stop.abort({outcome: 'canceled', reason: 'SIGTERM'});
    expect(await finished).toMatchObject({outcome: 'canceled'});
  });

  it('an agent that lives on after its end keeps the outcome of its terminal event', async () => {
    const clock = new ManualClock();
    await start({runs: [[...claudeSays('finished'), {untilSignal: true}]], clock});
    const finished = go(scripted('claude'));
    await until(() => clock.pendingMs().includes(6_000));
    clock.advance(6_000);
    expect(await finished).toMatchObject({outcome: 'completed', text: 'finished', signal: 'SIGINT'});
    expect(find('stop_requested')).toMatchObject({cause: 'clock', clock: 'grace', limitMs: 6_000});
    expect(find('signal_sent')).toMatchObject({reason: 'the agent still ran 6 s after its end'});
  });
});

describe('a second reason to stop', () => {
  it('does not start the stopping again', async () => {
    const clock = new ManualClock();
    await start({runs: [[{ignore: ['SIGINT']}, ...claudeSays('finished'), {untilSignal: true}]], clock});
    const finished = go(scripted('claude'));
    await until(() => clock.pendingMs().includes(6_000));
    clock.advance(6_000);
    await until(() => find('signal_sent') !== undefined);
    world.stop.abort({outcome: 'canceled', reason: 'SIGINT'});
    await until(() => clock.pendingMs().includes(3_000));
    clock.advance(3_000);
    expect(await finished).toMatchObject({outcome: 'completed', text: 'finished', signal: 'SIGTERM'});
    const signals = world.events().flatMap((event) => (event.type === 'signal_sent' ? [event.signal] : []));
    expect(signals).toEqual(['SIGINT', 'SIGTERM']);
  });
});

describe('when recording is in trouble', () => {
  it('a full disk stops the agent and is the outcome', async () => {
    let writes = 0;
    const full = Object.assign(new Error('ENOSPC: no space left'), {code: 'ENOSPC'});
    await start({
      runs: [[{stdout: 'a\n'}, {sleepMs: 50}, {flood: 50_000_000}, {untilSignal: true}]],
      write: (fd, bytes, done) => (++writes > 4 ? done(full, 0) : systemWrite(fd, bytes, done)),
    });
    expect(await go(scripted('command'))).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('ENOSPC'),
    });
  });

  it('a slow disk makes the child wait and loses nothing', async () => {
    await start({
      runs: [[{flood: 24_000_000}]],
      write: (fd, bytes, done) => setTimeout(() => systemWrite(fd, bytes, done), 20),
    });
    expect(await go(scripted('command'))).toMatchObject({outcome: 'completed'});
    const raw = readFileSync(world.context.log.rawPath(1, 'worker', 'stdout'));
    const hash = createHash('sha256');
    for (let sent = 0; sent < 24_000_000; sent += 1024) hash.update(`${'x'.repeat(1023)}\n`);
    expect(createHash('sha256').update(raw).digest('hex')).toBe(hash.digest('hex'));
  });

  it('a disk that never answers does not keep a child blocked in a write from ending', async () => {
    const clock = new ManualClock();
    let frozen = false;
    await start({
      runs: [[{ignore: ['SIGTERM']}, {flood: 60_000_000}, {untilSignal: true}]],
      clock,
      write: (fd, bytes, done) => {
        frozen ||= bytes.includes('xxx');
        if (!frozen) systemWrite(fd, bytes, done);
      },
    });
    const finished = go(scripted('command'));
    await until(() => world.context.log.backlogBytes() > 2 * 1024 * 1024);
    world.stop.abort({outcome: 'canceled', reason: 'SIGINT'});
    // Every signal and the last wait for the disk come from the clock.
    let isOver = false;
    void finished.finally(() => {
      isOver = true;
    });
    await until(() => {
      clock.advance(100);
      return isOver;
    });
    expect(await finished).toMatchObject({outcome: 'canceled'});
    expect(world.context.log.failure()?.message).toMatch(/did not take/);
  });

  it('what a slow disk cannot take of a stopped agent is noted by its byte range', async () => {
    let held: (() => void)[] | null = null;
    await start({
      runs: [[{ignore: ['SIGINT']}, {flood: 60_000_000}, {stdout: 'end\n'}]],
      clock: new ManualClock(),
      write: (fd, bytes, done) => {
        if (held) held.push(() => systemWrite(fd, bytes, done));
        else systemWrite(fd, bytes, done);
      },
    });
    const finished = go(scripted('command'));
    await until(() => find('run_started') !== undefined);
    held = [];
    await until(() => world.context.log.backlogBytes() > 2 * 1024 * 1024);
    world.stop.abort({outcome: 'canceled', reason: 'SIGINT'});
    const exited = () => {
      try {
        process.kill(find('run_started')!.pid, 0);
        return false;
      } catch {
        return true;
      }
    };
    await until(exited);
    for (const write of held) write();
    held = null;
    const {outcome}: RunFinished = await finished;
    expect(outcome).toBe('canceled');
    const [note] = notes('OUTPUT_DISCARDED');
    const recorded = statSync(world.context.log.rawPath(1, 'worker', 'stdout')).size;
    expect(note!.raw).toMatchObject({stream: 'stdout', offset: recorded});
    expect(recorded + note!.raw!.length).toBe(Math.ceil(60_000_000 / 1024) * 1024 + 4);
  });

  it('a session folder that cannot be used is an error before the start', async () => {
    await start({runs: [[]]});
    writeFileSync(join(world.context.log.dir, '1'), 'in the way');
    await expect(go(scripted('claude'))).rejects.toMatchObject({code: 'RECORDING_FAILED'});
    expect(existsSync(`${world.script}.starts`)).toBe(false);
  });
});

describe('the terminal of a session', () => {
  it('is told where one shows it', async () => {
    await start({runs: []});
    const terminal = {columns: 80, rows: 24};
    expect(shownOn({...world.context, terminal})).toEqual({terminal});
    expect(shownOn(world.context)).toEqual({});
  });
});
