import {mkdirSync, readFileSync, realpathSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {claude} from '../../src/executor/claude.ts';
import {getClaudeTranscript} from '../../src/executor/claude-state.ts';
import type {RunTraces} from '../../src/executor/executor.ts';
import {type Programs, programs} from './programs.ts';

const SESSION = 'a2563e79-522b-4007-ab7c-529425206947';
const RECORDING = fileURLToPath(
  new URL(`../recordings/claude/39-watch-home/projects/${SESSION}.jsonl`, import.meta.url),
);
/** When the recorded run began. */
const STARTED_AT_MS = Date.parse('2026-11-22T09:05:36Z');
const installation = {executor: 'claude', adapter: 'claude', program: ['claude'], version: null} as const;

let world: Programs;
let cwd: string;
let traces: RunTraces;
beforeEach(() => {
  world = programs();
  cwd = join(realpathSync(world.dir), 'work');
  mkdirSync(cwd);
  const env = {HOME: world.dir};
  traces = {env, agentArgs: [], cwd, pid: 1, agentSession: SESSION, startedAtMs: STARTED_AT_MS};
});
afterEach(() => world.remove());

/** Claude's name for a working directory. */
const slug = (path: string) => path.replace(/[^a-zA-Z0-9]/g, '-');
const projectsIn = (config: string) => join(world.dir, config, 'projects');

describe('the transcript', () => {
  const find = (env: Record<string, string> = {}, where = cwd, session = SESSION) =>
    getClaudeTranscript(session, {env: {HOME: world.dir, ...env}, cwd: where});

  it('is in the project of the working directory, whatever that is called', async () => {
    const expected = join(projectsIn('.claude'), slug(cwd), `${SESSION}.jsonl`);
    expect(await find()).toBe(expected);
    symlinkSync(cwd, join(world.dir, 'link'));
    expect(await find({}, join(world.dir, 'link'))).toBe(expected);
  });

  it('is in the folder that the variable names', async () => {
    expect(await find({CLAUDE_CONFIG_DIR: join(world.dir, 'conf')})).toBe(
      join(projectsIn('conf'), slug(cwd), `${SESSION}.jsonl`),
    );
    expect(await find({CLAUDE_CONFIG_DIR: 'conf'})).toBe(
      join(cwd, 'conf/projects', slug(cwd), `${SESSION}.jsonl`),
    );
  });

  it('of a folder that is gone, or has a long name, has a place too', async () => {
    // The name was made by Claude Code 2.1.197.
    const long = `/tmp/${'long-folder-name/'.repeat(14)}work`;
    const project = `-tmp-${'long-folder-name-'.repeat(11)}long-fol-hnrry0`;
    expect(await find({}, long)).toBe(join(projectsIn('.claude'), project, `${SESSION}.jsonl`));
  });

  it('that is in another project is found there', async () => {
    const file = `.claude/projects/-elsewhere/${SESSION}.jsonl`;
    world.write('.claude/projects/-a-other/x.jsonl', '');
    world.write(file, '');
    expect(await find()).toBe(join(world.dir, file));
    const own = world.write(`.claude/projects/${slug(cwd)}/${SESSION}.jsonl`, '');
    expect(await find()).toBe(join(projectsIn('.claude'), slug(cwd), own.slice(own.lastIndexOf('/') + 1)));
  });

  it('has no place without a proper id', async () => {
    expect(await find({}, cwd, '../../x')).toBeNull();
    expect(await claude.stateFiles(installation, {...traces, agentSession: null})).toBeNull();
    expect(await claude.stateFiles(installation, traces)).toBe(await find());
  });
});

describe('what is recovered of a run', () => {
  const place = () => `.claude/projects/${slug(cwd)}/${SESSION}.jsonl`;
  const recorded = readFileSync(RECORDING, 'utf8');
  const recover = (content: string | null, more: Partial<RunTraces> = {}) => {
    if (content !== null) world.write(place(), content);
    return claude.recover(installation, {...traces, ...more});
  };
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;
  const at = {timestamp: '2026-11-22T09:05:50.000Z', isSidechain: false};
  const answer = (message: object, more = {}) =>
    line({
      ...at,
      type: 'assistant',
      message: {id: 'm', stop_reason: 'end_turn', content: [{type: 'text', text: 'All done.'}], ...message},
      ...more,
    });

  it('is the answer that ended it, from a real transcript', async () => {
    expect(await recover(recorded)).toEqual({
      text: '[[c0]]All done: [[c1]]\u001b[31mred\u001b[0m written [[c2]]and [[c3]]checked.',
      agentSession: SESSION,
      path: join(world.dir, place()),
    });
  });

  it('is nothing of an earlier run', async () => {
    expect(await recover(recorded, {startedAtMs: Date.parse('2026-11-22T09:06:00Z')})).toBeNull();
    expect(await recover(answer({}, {timestamp: undefined}))).toBeNull();
  });

  it('is nothing while the run is at any earlier point', async () => {
    const lines = recorded.split('\n').slice(0, -1);
    const isEnd = (one: string) => one.includes('"stop_reason":"end_turn"') && one.includes('"type":"text"');
    const before = lines.slice(0, lines.findIndex(isEnd));
    for (let count = 0; count <= before.length; count++) {
      expect(await recover(before.slice(0, count).join('\n'))).toBeNull();
    }
  });

  it('is whole: the texts of all blocks of the message', async () => {
    const first = answer({content: [{type: 'text', text: 'First. '}]});
    const other = answer({id: 'other', content: [{type: 'text', text: 'Earlier.'}]});
    expect(await recover(other + first + answer({}))).toMatchObject({text: 'First. All done.'});
  });

  it('is not changed by what sub-agents and bookkeeping leave behind', async () => {
    const noise = answer({id: 'sub'}, {isSidechain: true}) + line({type: 'last-prompt', lastPrompt: 'x'});
    expect(await recover(answer({}) + noise)).toMatchObject({text: 'All done.'});
  });

  it.each([
    ['a tool result follows', answer({}) + line({...at, type: 'user', message: {content: []}})],
    ['the model wants a tool', answer({stop_reason: 'tool_use'})],
    ['the answer has no words', answer({content: [{type: 'thinking', thinking: 'hm'}]})],
    ['the last line is torn', `${answer({})}{"type":"assist`],
    ['there is no line', ''],
  ])('is nothing when %s', async (_what, content) => {
    expect(await recover(content)).toBeNull();
  });

  it('is nothing without a transcript', async () => {
    expect(await recover(null)).toBeNull();
    expect(await recover(answer({}), {agentSession: null})).toBeNull();
  });

  it('is read from the end of a huge transcript', async () => {
    const filler = line({type: 'attachment', text: 'x'.repeat(1024 * 1024)});
    expect(await recover(filler.repeat(9) + answer({}))).toMatchObject({text: 'All done.'});
  });
});
