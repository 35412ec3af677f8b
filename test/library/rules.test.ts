/** What a loop is given besides a task: rules, templates, who takes over, and models without a CLI. */
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {type Agent, loop, type OneshotEvent, resume, run} from '../../src/index.ts';
import {builtProgram} from '../cli/built.ts';
import {answer, type ChatServer, type Reply, startChatServer, streams} from '../support/chat-server.ts';

let home: string;
let server: ChatServer | null;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'oneshot-library-'));
  mkdirSync(join(home, 'work'));
  server = null;
});

afterEach(async () => {
  await server?.close();
  rmSync(home, {recursive: true, force: true});
});

const place = (env: Record<string, string> = {}) => ({
  cwd: join(home, 'work'),
  stateDir: join(home, 'state'),
  env: {PATH: process.env.PATH, HOME: home, ...env},
});

const shell = (script: string): Agent => ({executor: 'command', agentArgs: ['sh', '-c', script]});

async function eventsOf(dir: string): Promise<OneshotEvent[]> {
  const lines = readFileSync(join(dir, 'events.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as OneshotEvent);
}

describe('rules', () => {
  it('checks send the worker back until they are green', async () => {
    const worker = shell('test -e one && touch two; touch one');
    const checked = {worker, auditor: null, rules: {checks: ['test -e two']}};
    const {ending, iterations, session} = await loop({task: 'x', ...checked, ...place()}).result;
    expect({ending, iterations}).toEqual({ending: 'verified', iterations: 2});
    const [started] = await eventsOf(session.dir);
    expect(started).toMatchObject({rules: {checks: ['test -e two'], agentRetries: 2, criteria: null}});
  });

  it('hold on when the session is resumed, but for what is said anew', async () => {
    const checked = {worker: shell('true'), auditor: null, maxIterations: 1};
    const rules = {checks: ['test -e green'], budget: {maxTurns: 7}};
    const first = await loop({task: 'x', ...checked, rules, ...place()}).result;
    expect(first.ending).toBe('exhausted');
    const more = {maxIterations: 2, rules: {checks: ['true'], budget: {maxTokens: 9}}};
    const second = await resume(first.session.id, {...more, ...place()}).result;
    expect(second.ending).toBe('verified');
    const resumed = (await eventsOf(first.session.dir)).find(({type}) => type === 'session_resumed');
    const budget = {maxCostUsd: null, maxTokens: 9, maxTurns: 7};
    expect(resumed).toMatchObject({rules: {checks: ['true'], budget}});
  });

  it('say how often a failed agent is tried again', async () => {
    const options = {prompt: 'x', rules: {agentRetries: 0}, ...place()};
    const {outcome, session} = await run({agent: shell('echo run >> runs; exit 1'), ...options}).result;
    expect(outcome).toBe('failed');
    expect(readFileSync(join(home, 'work/runs'), 'utf8')).toBe('run\n');
    expect((await eventsOf(session.dir)).filter(({type}) => type === 'run_started')).toHaveLength(1);
  });
});

describe('templates', () => {
  it('of one role leave those of the others as they are', async () => {
    const worker = shell('cat > "$HOME/prompt"');
    const auditor = shell('cat > "$HOME/audit"; echo \'{"verdict": "DONE", "reason": "I looked."}\'');
    const templates = {worker: 'Please: {{task}}'};
    const {ending} = await loop({task: 'paint', worker, auditor, templates, ...place()}).result;
    expect(ending).toBe('verified');
    expect(readFileSync(join(home, 'prompt'), 'utf8').trim()).toBe('Please: paint');
    expect(readFileSync(join(home, 'audit'), 'utf8')).toContain('You are an independent auditor');
  });
});

describe('who takes over', () => {
  const failing = {worker: shell('echo 401 unauthorized >&2; exit 1'), rules: {agentRetries: 0}};

  it('is another agent, in each role whose own cannot go on', async () => {
    const taking = {...failing, fallback: 'demo'} as const;
    const {ending, session} = await loop({task: 'a haiku', ...taking, ...place()}).result;
    expect(ending).toBe('verified');
    expect(existsSync(join(home, 'work/haiku.txt'))).toBe(true);
    const starts = (await eventsOf(session.dir)).filter((event) => event.type === 'run_started');
    const runs = starts.map(({role, adapter}) => `${role} ${adapter}`);
    expect(runs.slice(0, 4)).toEqual(['worker command', 'worker demo', 'auditor command', 'auditor demo']);
    expect(new Set(runs.slice(4))).toEqual(new Set(['worker demo', 'auditor demo']));
  });

  it('is not the agent that could not go on', async () => {
    const {result} = loop({task: 'x', ...failing, fallback: shell('true'), ...place()});
    await expect(result).rejects.toMatchObject({code: 'USAGE'});
  });

  it('is the other one of the two that are known where that is left open', async () => {
    writeFileSync(join(home, 'claude'), '#!/bin/sh\nexit 1\n', {mode: 0o755});
    const only = {...place(), env: {PATH: home}};
    await expect(loop({task: 'x', worker: 'claude', fallback: 'auto', ...only}).result).rejects.toMatchObject(
      {code: 'AGENT_NOT_FOUND', message: 'cline is not on PATH.'},
    );
  });

  it('takes over in a resumed session too', async () => {
    const caller = new AbortController();
    const options = {task: 'a haiku', worker: shell('sleep 60'), auditor: null, fallback: 'demo'} as const;
    const running = loop({...options, signal: caller.signal, ...place()});
    for await (const {type} of running) if (type === 'run_started') caller.abort();
    const {session} = await running.result;
    const again = resume(session.id, {...place(), activity: {limits: {maxMs: 1}}});
    await again.result;
    const resumed = (await eventsOf(session.dir)).find(({type}) => type === 'session_resumed');
    expect(resumed).toMatchObject({worker: {executor: 'command'}, fallback: {adapter: 'demo'}});
  });
});

describe('a model without a CLI', () => {
  const KEY = 'open-sesame-1234';
  const DONE = streams(answer('{"verdict": "DONE", ', '"reason": "I looked."}'));

  /** The package as it is built: its own program is what asks. */
  const built = (): Promise<typeof import('../../src/index.ts')> =>
    import(pathToFileURL(join(dirname(builtProgram()), '../index.js')).href);

  async function directAgent(...replies: Reply[]) {
    server = await startChatServer(...replies);
    return {executor: 'direct', endpoint: server.endpoint, model: 'small', apiKeyEnv: 'MY_ACCESS'} as const;
  }

  it('is asked at its endpoint, and its key is kept out of the recording', async () => {
    const agent = await directAgent(streams(answer(`The key is ${KEY}.`)));
    const {run} = await built();
    const {outcome, text, session} = await run({agent, prompt: 'hello', ...place({MY_ACCESS: KEY})}).result;
    expect(outcome).toBe('completed');
    expect(text).toMatch(/^The key is \S+\.$/);
    expect(text).not.toContain(KEY);
    expect(server?.requests[0]).toMatchObject({
      headers: {authorization: `Bearer ${KEY}`},
      body: {model: 'small'},
    });
    const events = await eventsOf(session.dir);
    expect(events).toContainEqual(expect.objectContaining({code: 'WORKER_CANNOT_WRITE'}));
    expect(JSON.stringify(events)).not.toContain(KEY);
  });

  it('judges, also in a session that is resumed', async () => {
    const auditor = await directAgent(streams(answer('{"verdict": "RETRY", "reason": "no"}')), DONE);
    const {loop, resume} = await built();
    const world = place({MY_ACCESS: KEY});
    const options = {task: 'x', worker: shell('echo worked'), auditor, maxIterations: 1};
    const {ending, session} = await loop({...options, ...world}).result;
    expect(ending).toBe('exhausted');
    const again = await resume(session.id, {...world, maxIterations: 2}).result;
    expect(again).toMatchObject({ending: 'verified', reason: 'I looked.'});
  });

  it('needs its key', async () => {
    const agent = await directAgent(DONE);
    const {result} = run({agent, prompt: 'hello', ...place()});
    await expect(result).rejects.toMatchObject({code: 'INVALID_OPTION'});
  });
});
