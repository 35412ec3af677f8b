/** What every command with `--json` really prints, held against the JSON Schema that the package publishes for it. */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js';
import {afterEach, beforeEach, expect, it} from 'vitest';
import type {Actions} from '../../src/cli/flags.ts';
import {buildProgram} from '../../src/cli/program.ts';
import {linesOf, recordSession, VERIFIED_SESSION} from '../session/logs.ts';
import {Place, parseLines} from './program.ts';

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const folder = fileURLToPath(new URL('../../schema/', import.meta.url));
const ajv = new Ajv2020({allErrors: true, discriminator: false});

/** By the name of its file: `schema/<name>.schema.json`. */
function schemaOf(name: string): ValidateFunction {
  return ajv.compile(JSON.parse(readFileSync(join(folder, `${name}.schema.json`), 'utf8')));
}

const PROJECT_FILE = '{"executor": "command", "agentArgs": ["cat"]}';
const CAT = ['--executor', 'command', '--agent-arg', 'cat'];

const BATCH = `${JSON.stringify({task: 'say it', executor: 'command', agentArgs: ['cat'], audit: false})}\n`;

/** They print JSON whether it is asked for or not. */
const UNFLAGGED: readonly string[] = ['export', 'verdict'];

interface Output {
  args: readonly string[];
  schema: string;
  /** A JSON value on each line. @default one value */
  isLines?: true;
  /** For stdin. */
  input?: string;
}

const OUTPUTS: Readonly<Record<string, readonly Output[]>> = {
  run: [
    {args: ['run', '--json', '--no-config', '--no-audit', ...CAT, 'say it'], schema: 'event', isLines: true},
    {args: ['run', '--json', '--show-config'], schema: 'config-show'},
  ],
  resume: [{args: ['resume', '--json', '--no-config', 'say it louder'], schema: 'event', isLines: true}],
  exec: [{args: ['exec', '--json', '--', 'sh', '-c', 'echo hi; exit 3'], schema: 'event', isLines: true}],
  demo: [{args: ['demo', '--json'], schema: 'event', isLines: true}],
  follow: [{args: ['follow', '--json'], schema: 'event', isLines: true}],
  replay: [{args: ['replay', '--json', '--instant'], schema: 'event', isLines: true}],
  show: [
    {args: ['show', '--json'], schema: 'show'},
    {args: ['show', '--json', '--events'], schema: 'event', isLines: true},
  ],
  list: [{args: ['list', '--json'], schema: 'list'}],
  explain: [{args: ['explain', '--json'], schema: 'explain'}],
  doctor: [{args: ['doctor', '--json'], schema: 'doctor'}],
  config: [
    {args: ['config', '--json'], schema: 'config-show'},
    {args: ['config', 'show', '--json'], schema: 'config-show'},
  ],
  trust: [
    {args: ['trust', '--json'], schema: 'trust'},
    {args: ['trust', '--list', '--json'], schema: 'trust'},
    {args: ['trust', '--remove', '--json'], schema: 'trust'},
  ],
  batch: [{args: ['batch', '-', '--json', '--no-config'], schema: 'batch', isLines: true, input: BATCH}],
  // Without a flag, as the next one.
  verdict: [{args: ['verdict'], schema: 'verdict', input: '{"verdict": "DONE", "reason": "I looked."}'}],
  // The log without a flag.
  export: [{args: ['export', '--format', 'jsonl'], schema: 'event', isLines: true}],
};

/** Something to resume, and something to show, each in front of the commands that take the last session. */
async function prepare(command: string): Promise<void> {
  writeFileSync(join(place.work, '.oneshot.json'), PROJECT_FILE);
  if (command === 'resume') await place.run(['--no-config', '--no-audit', ...CAT, 'say it']);
  else recordSession(place.state, linesOf(VERIFIED_SESSION));
}

it('every command with --json is looked at', () => {
  const nothing = new Proxy({}, {get: () => () => {}}) as Actions;
  const program = buildProgram('0', nothing, () => {});
  const withJson = program.commands.filter(({options}) => options.some(({long}) => long === '--json'));
  const names = withJson.map((command) => command.name());
  expect(
    Object.keys(OUTPUTS)
      .filter((name) => !UNFLAGGED.includes(name))
      .toSorted(),
  ).toEqual(names.toSorted());
});

it('every published schema is one of something that is printed or read', () => {
  const used = Object.values(OUTPUTS).flatMap((outputs) => outputs.map(({schema}) => schema));
  const published = readdirSync(folder).map((file) => file.replace('.schema.json', ''));
  expect([...new Set([...used, 'config', 'ending'])].toSorted()).toEqual(published.toSorted());
});

it.each(Object.entries(OUTPUTS))('%s prints what its schema says', async (command, outputs) => {
  await prepare(command);
  for (const {args, schema, isLines, input} of outputs) {
    const {stdout, stderr} = await place.run(args, {env: {TMPDIR: place.home}, ...(input && {input})});
    const values = isLines ? parseLines(stdout) : [JSON.parse(stdout)];
    expect(values.length, stderr).toBeGreaterThan(0);
    const accepts = schemaOf(schema);
    for (const value of values) expect(accepts(value) || accepts.errors, args.join(' ')).toBe(true);
  }
});

it('--on-end gives what its schema says', async () => {
  await place.run(['--no-config', '--no-audit', ...CAT, '--on-end', 'cat > ending.json', 'say it']);
  const accepts = schemaOf('ending');
  const told = JSON.parse(readFileSync(join(place.work, 'ending.json'), 'utf8'));
  expect(accepts(told) || accepts.errors).toBe(true);
});

it.each(['list', 'show', 'explain', 'doctor', 'config-show', 'ending'])(
  'the schema %s refuses what is less',
  (name) => {
    expect(schemaOf(name)({})).toBe(false);
  },
);
