import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, it} from 'vitest';
import type {OneshotEvent} from '../src/event.ts';
import {type AgentChoice, type RunRequest, run} from '../src/run.ts';
import {createRedactor} from '../src/session/redact.ts';
import {redactedLog, redacting} from '../src/session/redact-log.ts';
import {claudeSays, createWorld, program, type Step, scripted, type World} from './support/session.ts';

const SECRET = 'hunter2-hunter2-hunter2-hunter2';
const MASK = '[redacted:A_TOKEN]*************';

let world: World;
afterEach(() => world.remove());

async function go(runs: Step[][], agent: AgentChoice, more: Partial<RunRequest> = {}) {
  world = await createWorld({runs});
  const context = {...world.context, env: {...world.context.env, A_TOKEN: SECRET}};
  const request = {agent, prompt: 'do it', iteration: 1, role: 'worker', resume: null} as const;
  return run(context, {...request, ...more});
}

const raw = (stream: 'stdout' | 'stderr') =>
  readFileSync(world.context.log.rawPath(1, 'worker', stream), 'utf8');
const ofType = <T extends OneshotEvent['type']>(type: T) =>
  world.events().filter((event): event is Extract<OneshotEvent, {type: T}> => event.type === type);

/** Every file of the session. */
function recorded(): string {
  const {dir} = world.context.log;
  const paths = readdirSync(dir, {recursive: true, encoding: 'utf8'}).map((name) => join(dir, name));
  return paths.map((path) => (statSync(path).isFile() ? readFileSync(path, 'utf8') : '')).join('\n');
}

/** Claude's partial messages of one answer. */
function streamed(pieces: readonly string[]): Step[] {
  const event = (event: object) => ({json: {type: 'stream_event', event, parent_tool_use_id: null}});
  return [
    event({type: 'message_start', message: {id: 'msg_1'}}),
    event({type: 'content_block_start', index: 0, content_block: {type: 'text', text: ''}}),
    ...pieces.map((text) =>
      event({type: 'content_block_delta', index: 0, delta: {type: 'text_delta', text}}),
    ),
  ];
}

describe('a secret in the output', () => {
  it('is masked in raw files and events, which point at their bytes', async () => {
    const script = `
      const say = (stream, text) => new Promise((done) => stream.write(text, () => setTimeout(done, 30)));
      (async () => {
        await say(process.stdout, 'the key is hunter2-hun');
        await say(process.stdout, 'ter2-hunter2-hunter2, ok\\n');
        await say(process.stderr, 'and hunter2-hunter2-hunter2-hunter2 too\\n');
        await say(process.stdout, 'the end is hunt');
      })()`;
    const finished = await go([], program(process.execPath, '-e', script), {prompt: null});
    expect(finished).toMatchObject({outcome: 'completed', text: `the key is ${MASK}, ok\nthe end is hunt`});
    expect(raw('stdout')).toBe(`the key is ${MASK}, ok\nthe end is hunt`);
    expect(raw('stderr')).toBe(`and ${MASK} too\n`);
    expect(ofType('redacted')).toMatchObject([
      {stream: 'stdout', offset: 11, length: 31, name: 'A_TOKEN', source: 'runner'},
      {stream: 'stderr', offset: 4, length: 31, name: 'A_TOKEN'},
    ]);
    for (const event of [...ofType('agent_message_chunk'), ...ofType('unparsed')]) {
      const {offset, length, stream} = event.raw!;
      const text = event.type === 'unparsed' ? event.text : event.content.text.trim();
      expect(
        Buffer.from(raw(stream))
          .subarray(offset, offset + length)
          .toString()
          .trim(),
      ).toBe(text);
    }
    // What the program was told to do holds the secret too.
    expect(ofType('run_started')[0]!.argv.join(' ')).not.toContain(SECRET);
    expect(recorded()).not.toContain(SECRET);
  });

  it('is masked in every part of an agent, and the JSON is read all the same', async () => {
    const finished = await go([claudeSays(`I found "${SECRET}".`)], scripted('claude'));
    expect(finished).toMatchObject({outcome: 'completed', text: `I found "${MASK}".`});
    expect(ofType('agent_message_chunk')).toMatchObject([{content: {text: `I found "${MASK}".`}}]);
    expect(ofType('redacted')).toHaveLength(2);
    for (const line of raw('stdout').trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    expect(recorded()).not.toContain(SECRET);
  });

  it('is masked in the pieces of an answer, which the whole answer does not repeat', async () => {
    const pieces = ['I found hunter2-', 'hunter2-hun', 'ter2-hunter2', '. Now the h'];
    const whole = claudeSays(`I found ${SECRET}. Now the h`);
    await go([[whole[0]!, ...streamed(pieces), ...whole.slice(1)]], scripted('claude'));
    const said = ofType('agent_message_chunk').map(({content}) => content.text);
    expect(said).toEqual(['I found ', `${MASK}. Now the `, 'h']);
    // The pieces are masked in the raw file too, each where it stands.
    const lines = raw('stdout')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const shown = lines.flatMap(({event}) => event?.delta?.text ?? []);
    expect(shown).toEqual(['I found ********', '[redacted]*', '[redacted]**', '. Now the h']);
    // The whole answer may come before they are masked, or after.
    const spans = ofType('redacted').filter(({length}) => length < SECRET.length);
    expect(spans).toMatchObject([{length: 8}, {length: 11}, {length: 12}]);
    for (const {offset, length} of spans)
      expect(raw('stdout').slice(offset, offset + length)).toMatch(/^[[*]/);
    expect(world.events().at(-1)!.type).toBe('run_finished');
  });

  it('says so where the pieces cannot be masked', async () => {
    world = await createWorld({runs: [streamed(['hunter2-hunter2-', 'hunter2-hunter2.'])]});
    const redactor = createRedactor({environments: [{A_TOKEN: SECRET}]});
    const log = redactedLog(world.context.log, redactor);
    log.rawPath = () => join(world.home, 'gone');
    const request = {
      agent: scripted('claude'),
      prompt: 'x',
      iteration: 1,
      role: 'worker',
      resume: null,
    } as const;
    await run({...world.context, log, redactor}, request);
    expect(ofType('note')).toContainEqual(expect.objectContaining({code: 'REDACT_FAILED'}));
  });
});

describe('without a secret', () => {
  it('the raw file is what the child wrote, and so it is when nothing is redacted', async () => {
    const script = `process.stdout.write('\\u001b[1mbytes\\\\ \\xff sk-12 ${'x'.repeat(9)}')`;
    await go([], program(process.execPath, '-e', script), {prompt: null});
    expect(raw('stdout')).toBe('\u001b[1mbytes\\ ÿ sk-12 xxxxxxxxx');
    expect(ofType('redacted')).toEqual([]);
  });

  it('a redactor that is null redacts nothing', async () => {
    world = await createWorld({runs: [claudeSays(SECRET)]});
    const context = {...world.context, env: {...world.context.env, A_TOKEN: SECRET}, redactor: null};
    const request = {
      agent: scripted('claude'),
      prompt: 'x',
      iteration: 1,
      role: 'worker',
      resume: null,
    } as const;
    expect(await run(context, request)).toMatchObject({text: SECRET});
    expect(raw('stdout')).toContain(SECRET);
  });
});

describe('a redacting context', () => {
  it('has one redacted log, however often it is asked for', async () => {
    world = await createWorld({runs: []});
    const redactor = createRedactor({environments: [{A_TOKEN: SECRET}]});
    const once = redacting({...world.context, redactor});
    const twice = redacting(once);
    expect(twice.log).toBe(once.log);
    expect(redactedLog(once.log, createRedactor({environments: []}))).not.toBe(once.log);
    expect(redacting({...world.context, redactor: null}).log).toBe(world.context.log);
  });

  it('hands everything else on to its log', async () => {
    world = await createWorld({runs: []});
    const {log} = world.context;
    const redacted = redactedLog(log, createRedactor({environments: []}));
    const seen: string[] = [];
    const leave = redacted.addView(({type}) => seen.push(type));
    const {id, dir, eventsPath} = log;
    expect({id: redacted.id, dir: redacted.dir, eventsPath: redacted.eventsPath}).toEqual({
      id,
      dir,
      eventsPath,
    });
    const body = {type: 'iteration_started', maxIterations: 1} as const;
    redacted.append({body, iteration: 1, role: null, source: 'runner'});
    expect(redacted.appendRaw(1, 'worker', 'stdout', Buffer.from('abc'))).toBe(0);
    expect(redacted.rawSize(1, 'worker', 'stdout')).toBe(3);
    expect(redacted.rawPath(1, 'worker', 'stdout')).toBe(log.rawPath(1, 'worker', 'stdout'));
    expect(redacted.backlogBytes()).toBe(log.backlogBytes());
    redacted.onWritten(() => seen.push('written'))();
    redacted.whenBacklogBelow(0, () => seen.push('empty'));
    await redacted.flush();
    await redacted.sync();
    leave();
    expect(redacted.failure()).toBe(null);
    redacted.onFailure(({message}) => seen.push(message));
    redacted.abandon(new Error('given up'));
    expect(seen).toEqual(['iteration_started', 'empty', 'given up']);
    await redacted.close();
  });
});

describe('a secret in a prompt that goes into a file', () => {
  it('is masked there when the agent has ended', async () => {
    const prompt = `${'x'.repeat(110_000)} ${SECRET}`;
    await go([[]], scripted('cline'), {prompt});
    expect(ofType('run_started')).toMatchObject([{promptDelivery: 'file', promptBytes: prompt.length}]);
    expect(readFileSync(join(world.context.log.dir, '1', 'worker.prompt.txt'), 'utf8')).toBe(
      prompt.replace(SECRET, MASK),
    );
    expect(recorded()).not.toContain(SECRET);
  });

  it('is told of where it cannot be masked, and is none where the agent has removed it', async () => {
    const removing = (then: string): AgentChoice => {
      const agent = scripted('cline');
      const script = `cd "$HOME"/sessions/*/1 && rm worker.prompt.txt && ${then}`;
      return {...agent, installation: {...agent.installation, program: ['sh', '-c', script]}};
    };
    const prompt = 'x'.repeat(110_000);
    await go([[]], removing('mkdir worker.prompt.txt'), {prompt});
    expect(ofType('note')).toContainEqual(expect.objectContaining({code: 'REDACT_FAILED'}));
    await world.remove();
    await go([[]], removing('true'), {prompt});
    expect(ofType('note')).not.toContainEqual(expect.objectContaining({code: 'REDACT_FAILED'}));
  });
});
