/** Measuring in a process of its own, so that its memory and CPU time are those of what is measured and of nothing else. */
import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {PROJECT} from '../build.ts';

const TSX = pathToFileURL(join(PROJECT, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;

export interface ApartOptions {
  env?: NodeJS.ProcessEnv;
  /** After which the process is killed. @default 10 minutes */
  limitMs?: number;
}

/**
 * Runs a worker, which takes `input` by `inputOf()` and gives its result by `answer()`.
 * @throws with the end of its stderr when it gives none
 */
export function measureApart<T>(script: string, input: unknown, options: ApartOptions = {}): Promise<T> {
  const {env = process.env, limitMs = 600_000} = options;
  const argv = ['--expose-gc', '--import', TSX, script, JSON.stringify(input)];
  const child = spawn(process.execPath, argv, {cwd: PROJECT, env, stdio: ['ignore', 'pipe', 'pipe']});
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const said = {stdout: '', stderr: ''};
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] = (said[stream] + text).slice(-10_000_000);
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const last = said.stdout.trimEnd().split('\n').at(-1) ?? '';
      if (code === 0 && last.startsWith(MARK)) return resolve(JSON.parse(last.slice(MARK.length)) as T);
      reject(new Error(`${script} ended with ${code ?? signal}: ${said.stderr.slice(-1000)}`));
    });
  });
}

/** Before the answer, so that nothing else on stdout is taken for it. */
const MARK = 'answer: ';

/** For a worker: what it was given. */
export function inputOf<T>(): T {
  return JSON.parse(process.argv[2] ?? 'null') as T;
}

/** For a worker: its last act. */
export function answer(value: unknown): void {
  process.stdout.write(`${MARK}${JSON.stringify(value)}\n`, () => process.exit(0));
}
