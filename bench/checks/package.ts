/** The package as users get it: packed, judged by publint and attw, installed, compiled against and run. */
import {copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {publint} from 'publint';
import {formatMessage} from 'publint/utils';
import {examplesOf} from '../../test/support/examples.ts';
import {builtCli, PROJECT} from '../build.ts';
import {outputOf, withTempFolder} from '../process.ts';
import {defineCheck, type Progress} from './check.ts';

const RESOLUTIONS = ['nodenext', 'bundler', 'node16'] as const;

type Resolution = (typeof RESOLUTIONS)[number];

/** What `consumer/run.ts` prints. */
const EXPECTED = {
  ending: 'verified',
  transport: 'pty',
  invalid: 0,
  counted: true,
  listed: true,
  frame: 'json',
  core: 1,
  measured: true,
  traced: ['invoke_agent claude', 'invoke_workflow oneshot', 'iteration 1', 'iteration 2'],
  code: 'INVALID_OPTION',
};

export const packaged = defineCheck({
  full: {resolutions: RESOLUTIONS.length},
  reduced: {resolutions: 2},
  async measure({resolutions}, progress) {
    await builtCli();
    const cases = await withTempFolder((folder) =>
      judged(folder, RESOLUTIONS.slice(0, resolutions), progress),
    );
    const problems = cases.filter(({problem}) => problem !== null);
    for (const {name, problem} of problems) progress(`${name}: ${problem}`);
    return {
      runs: cases.length,
      value: {problems: problems.length},
      target: {problems: 0},
      ok: problems.length === 0,
    };
  },
});

interface Case {
  name: string;
  /** null: there is none. */
  problem: string | null;
}

async function judged(
  folder: string,
  resolutions: readonly Resolution[],
  progress: Progress,
): Promise<Case[]> {
  const tarball = await pack(folder);
  const home = join(folder, 'consumer');
  await install(home, tarball);
  const steps: [name: string, judge: () => Promise<string | null>][] = [
    ['publint', () => lint(tarball)],
    ['attw', () => areTheTypesWrong(tarball)],
    ['npx oneshot demo', () => quickStart(home)],
    ['--otel without the optional peer', () => withoutPeer(home)],
    ['the optional peer', () => addPeer(home)],
    ...resolutions.map((one): [string, () => Promise<string | null>] => [
      `tsc, ${one}`,
      () => compile(home, one),
    ]),
    ['the library', () => runConsumer(home)],
  ];
  const cases: Case[] = [];
  for (const [name, judge] of steps) {
    progress(name);
    cases.push({name, problem: await judge()});
  }
  return cases;
}

/** Path of the packed package. */
async function pack(folder: string): Promise<string> {
  // It is built already.
  await mustSucceed(['npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', folder], PROJECT);
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack has made no package');
  return join(folder, tarball);
}

/** Nothing is compiled: what is native comes built, in its package. */
const INSTALL_OPTIONS = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];

async function install(home: string, tarball: string): Promise<void> {
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{"type": "module", "private": true}\n');
  await mustSucceed(['npm', 'install', ...INSTALL_OPTIONS, tarball], home);
}

async function lint(tarball: string): Promise<string | null> {
  const bytes = readFileSync(tarball);
  const packed = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const {messages, pkg} = await publint({pack: {tarball: packed}, level: 'suggestion', strict: true});
  const told = messages.map((message) => formatMessage(message, pkg, {color: false}));
  return told.length === 0 ? null : told.join('; ');
}

async function areTheTypesWrong(tarball: string): Promise<string | null> {
  const attw = join(PROJECT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  // A program, not a module.
  const options = ['--profile', 'esm-only', '--exclude-entrypoints', './guard', '--no-color'];
  return problemOf(await outputOf([process.execPath, attw, tarball, ...options], {cwd: PROJECT}));
}

async function quickStart(home: string): Promise<string | null> {
  return problemOf(await outputOf(['npx', '--no', 'oneshot', 'demo'], {cwd: home, env: worldOf(home)}));
}

/** What wants the peer says so, and what to do. */
async function withoutPeer(home: string): Promise<string | null> {
  const argv = ['npx', '--no', 'oneshot', 'exec', '--otel', '--', 'true'] as const;
  const {exitCode, stderr} = await outputOf(argv, {cwd: home, env: worldOf(home)});
  const isTold = stderr.includes('OTEL_UNAVAILABLE') && stderr.includes('npm install @opentelemetry/api');
  return exitCode === 2 && isTold ? null : `exit code ${exitCode}: ${stderr}`;
}

async function addPeer(home: string): Promise<string | null> {
  const peer = join(PROJECT, 'node_modules/@opentelemetry/api');
  const argv = ['npm', 'install', '--install-links', ...INSTALL_OPTIONS, peer] as const;
  return problemOf(await outputOf(argv, {cwd: home}));
}

/** Compiles the consumer and the examples of the documentation, the types of the package included. */
async function compile(home: string, resolution: Resolution): Promise<string | null> {
  for (const name of ['types.ts', 'run.ts'])
    copyFileSync(join(PROJECT, 'bench/consumer', name), join(home, name));
  const documented = readFileSync(join(PROJECT, 'docs/library.md'), 'utf8');
  for (const [index, code] of examplesOf(documented).entries())
    writeFileSync(join(home, `example-${index + 1}.ts`), code);
  const compilerOptions = {
    target: 'es2023',
    module: resolution === 'bundler' ? 'esnext' : resolution,
    moduleResolution: resolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    typeRoots: [join(PROJECT, 'node_modules/@types')],
    types: ['node'],
    outDir: 'out',
  };
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({compilerOptions, include: ['*.ts']}));
  const tsc = join(PROJECT, 'node_modules/typescript/bin/tsc');
  return problemOf(await outputOf([process.execPath, tsc, '-p', home], {cwd: home}));
}

async function runConsumer(home: string): Promise<string | null> {
  const ended = await outputOf([process.execPath, 'out/run.js'], {cwd: home, env: worldOf(home)});
  const problem = problemOf(ended);
  if (problem !== null) return problem;
  return isDeepStrictEqual(JSON.parse(ended.stdout), EXPECTED) ? null : ended.stdout;
}

/** A home and a state folder of its own. */
function worldOf(home: string): NodeJS.ProcessEnv {
  return {PATH: process.env.PATH, HOME: home, ONESHOT_HOME: join(home, 'state')};
}

type Output = Awaited<ReturnType<typeof outputOf>>;

function problemOf({exitCode, stdout, stderr}: Output): string | null {
  return exitCode === 0 ? null : `exit code ${exitCode}: ${stdout}${stderr}`.trim();
}

async function mustSucceed(argv: readonly [string, ...string[]], cwd: string): Promise<void> {
  const problem = problemOf(await outputOf(argv, {cwd}));
  if (problem !== null) throw new Error(`${argv.slice(0, 2).join(' ')}: ${problem}`);
}
