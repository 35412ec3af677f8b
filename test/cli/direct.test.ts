/** Models without a CLI, through the whole program: a scripted endpoint, real processes, real recordings. */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {
  answer,
  type ChatServer,
  finish,
  hangs,
  type Reply,
  refuses,
  startChatServer,
  streams,
  word,
} from '../support/chat-server.ts';
import {Place, until} from './program.ts';

let place: Place;
let server: ChatServer;

beforeEach(() => {
  place = new Place();
});

afterEach(async () => {
  await server?.close();
  place.remove();
});

async function serve(...replies: Reply[]): Promise<void> {
  server = await startChatServer(...replies);
}

const KEY = 'open-sesame-1234';
const KEYED = {MY_ACCESS: KEY};

const direct = (role: 'worker' | 'auditor') => [
  ...[`--${role}-provider`, 'direct', `--${role}-endpoint`, server.endpoint],
  ...[`--${role}-model`, 'small', `--${role}-api-key-env`, 'MY_ACCESS'],
];

const WORKS = [
  '--executor',
  'command',
  '--agent-arg',
  'sh',
  '--agent-arg',
  '-c',
  '--agent-arg',
  'echo worked',
];

const DONE = answer('{"verdict": "DONE", ', '"reason": "I looked."}');

/** Everything that was written to the state folder. */
function everythingRecorded(): string {
  const files = readdirSync(place.state, {recursive: true, withFileTypes: true}).filter((file) =>
    file.isFile(),
  );
  return files.map((file) => readFileSync(join(file.parentPath, file.name), 'utf8')).join('\n');
}

const eventsOf = <T extends string>(type: T) => place.events().filter((event) => event.type === type);

describe('a direct auditor', () => {
  it('ends a session as verified', async () => {
    await serve(streams(DONE));
    const {code, stdout, stderr} = await place.run([...WORKS, ...direct('auditor'), 'do it'], {env: KEYED});
    expect({code, stdout}).toEqual({code: 0, stdout: 'worked\n'});
    expect(stderr).not.toContain('warning');
    expect(stderr).toContain('verified after 1 iteration: I looked.');
    expect(server.requests).toMatchObject([
      {
        body: {
          response_format: {json_schema: {schema: {required: ['verdict', 'reason', 'criteria', 'feedback']}}},
        },
      },
    ]);
    const [, audit] = eventsOf('run_started');
    expect(audit).toMatchObject({
      role: 'auditor',
      executor: 'direct',
      adapter: 'direct',
      model: 'small',
      permissionMode: 'read',
      promptDelivery: 'stdin',
      transport: 'pty',
    });
    expect(server.requests).toMatchObject([
      {headers: {authorization: `Bearer ${KEY}`}, body: {model: 'small', messages: [{role: 'user'}]}},
    ]);
    expect(place.events().at(-1)).toMatchObject({type: 'session_finished', ending: 'verified'});
  });

  it('sends the work back, and is asked again', async () => {
    await serve(streams(answer('{"verdict": "RETRY", "reason": "No.", "feedback": "More."}')), streams(DONE));
    const {code} = await place.run([...WORKS, ...direct('auditor'), 'do it'], {env: KEYED});
    expect(code).toBe(0);
    expect(eventsOf('verdict')).toMatchObject([{verdict: 'RETRY'}, {verdict: 'DONE'}]);
  });

  it('whose answer is cut off has no say, whatever it begins with', async () => {
    await serve(streams(word('{"verdict": "DONE", "reason": "ok"}') + finish('length')));
    const {code} = await place.run([...WORKS, ...direct('auditor'), 'do it'], {env: KEYED});
    expect(code).toBe(3);
    expect(eventsOf('verdict').every((event) => event.type === 'verdict' && event.verdict === null)).toBe(
      true,
    );
  });

  it('goes on after an interruption', async () => {
    await serve(hangs(word('{')), streams(DONE));
    const {child, ended} = place.start([...WORKS, ...direct('auditor'), 'do it'], {env: KEYED});
    await until(() => place.hasEvent('agent_session'));
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const {code, stderr} = await place.run(['resume'], {env: KEYED});
    expect(code).toBe(0);
    expect(stderr).toContain('verified');
    expect(server.requests[1]).toMatchObject({
      headers: {authorization: `Bearer ${KEY}`},
      body: {model: 'small'},
    });
    expect(everythingRecorded()).not.toContain(KEY);
  });
});

describe('a direct worker', () => {
  it('answers in words, and a warning says that it can do no more', async () => {
    await serve(streams(answer('Forty-', 'two.')));
    const {code, stdout, stderr} = await place.run([...direct('worker'), '--no-audit', 'what is it?'], {
      env: KEYED,
    });
    expect({code, stdout}).toEqual({code: 0, stdout: 'Forty-two.\n'});
    expect(stderr).toContain('oneshot: warning: WORKER_CANNOT_WRITE: ');
    expect(server.requests[0]!.body.messages).toEqual([{role: 'user', content: 'what is it?'}]);
    expect(eventsOf('run_finished')).toMatchObject([
      {outcome: 'completed', exitCode: 0, usage: {inputTokens: 7, outputTokens: 3, costUsd: null, turns: 1}},
    ]);
  });

  it('that announces a wait is not taken for stalled', async () => {
    await serve(refuses(429, 'busy', {'retry-after-ms': '1500'}), streams(answer('Done.')));
    const clocks = ['--idle-timeout', '700ms', '--monitor', 'output'];
    const {code, stdout} = await place.run([...direct('worker'), ...clocks, '--no-audit', 'do it'], {
      env: KEYED,
    });
    expect({code, stdout}).toEqual({code: 0, stdout: 'Done.\n'});
    expect(eventsOf('agent_retry')).toMatchObject([{attempt: 1, maxAttempts: 3, delayMs: 1500, status: 429}]);
    expect(eventsOf('timeout_extended')[0]).toMatchObject({clock: 'idle'});
  });

  it('that is cut off has failed at once, and what it said is kept', async () => {
    await serve(streams(word('half') + finish('length')));
    const {code} = await place.run([...direct('worker'), '--no-audit', 'do it'], {env: KEYED});
    expect(code).toBe(1);
    expect(eventsOf('run_finished')).toMatchObject([{outcome: 'failed', exitCode: 1, text: 'half'}]);
    expect(place.events().at(-1)).toMatchObject({type: 'session_finished', ending: 'failed'});
  });

  it('writes an answer of any size to its end', async () => {
    const words = Array.from({length: 2000}, (_, index) => `${index} ${'é'.repeat(200)}\n`);
    await serve(streams(answer(...words)));
    const {code, stdout} = await place.run([...direct('worker'), '--no-audit', '--quiet', 'do it'], {
      env: KEYED,
    });
    expect(code).toBe(0);
    expect(stdout).toBe(words.join(''));
  });
});

describe('the key', () => {
  it('that a server repeats is recorded and shown nowhere, whole or in pieces', async () => {
    const echo = streams(answer(`key ${KEY}, `, `once more ${KEY.slice(0, 7)}`, `${KEY.slice(7)}.`));
    await serve(refuses(429, {error: {message: `slow down, ${KEY}`}}, {'retry-after-ms': '1'}), echo);
    const args = [...direct('worker'), '--no-audit', '--json', 'do it'];
    const {code, stdout, stderr} = await place.run(args, {env: KEYED});
    expect(code).toBe(0);
    for (const text of [stdout, stderr, everythingRecorded()]) expect(text).not.toContain(KEY);
    expect(everythingRecorded()).toContain('once more');
  });

  it.each<[string, string[], Record<string, string>, string]>([
    ['is not set', [], {}, 'the variable "MY_ACCESS" that is to hold the key is not set. Set it'],
    ['is no key', [], {MY_ACCESS: 'two words'}, 'the variable MY_ACCESS holds no key'],
    ['has no use', ['--permission-mode', 'edit'], KEYED, 'direct has no permission mode edit'],
  ])('that %s: nothing is started or written', async (_name, more, env, message) => {
    await serve(streams(DONE));
    const {code, stderr} = await place.run([...direct('worker'), ...more, '--no-audit', 'do it'], {env});
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect({sessions: place.sessions(), requests: server.requests}).toEqual({sessions: [], requests: []});
  });

  it('on a command line is refused with the name of the option to use', async () => {
    const {code, stderr} = await place.run([`--auditor-api-key=${KEY}`, 'do it']);
    expect(code).toBe(2);
    expect(stderr).toContain('--auditor-api-key-env NAME');
    expect(stderr).not.toContain(KEY);
  });
});

describe('a project file', () => {
  it('may not redirect an endpoint, unless it is trusted', async () => {
    await serve(streams(DONE));
    const settings = {
      auditorProvider: 'direct',
      auditorEndpoint: server.endpoint,
      auditorModel: 'm',
      auditorApiKeyEnv: 'MY_ACCESS',
    };
    writeFileSync(join(place.work, '.oneshot.json'), JSON.stringify(settings));
    const refused = await place.run([...WORKS, 'do it'], {env: KEYED});
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      'sets auditorProvider, auditorEndpoint, auditorApiKeyEnv, and is not trusted',
    );
    expect(server.requests).toEqual([]);
    expect((await place.run(['trust'])).code).toBe(0);
    expect((await place.run([...WORKS, 'do it'], {env: KEYED})).code).toBe(0);
    expect(server.requests[0]!.headers.authorization).toBe(`Bearer ${KEY}`);
  });
});
