/** Where the parts of a git repository are. */
import {resolve} from 'node:path';
import {OneshotError} from '../error.ts';
import {Kept} from '../transport/kept.ts';
import type {Git} from './git.ts';

export interface Repository {
  /** Top folder of the files. */
  workTree: string;
  gitDir: string;
  /** Shared by linked worktrees. */
  objectDir: string;
  indexPath: string;
  objectFormat: 'sha1' | 'sha256';
}

const ASKED = [
  ...['--show-toplevel', '--absolute-git-dir', '--show-object-format'],
  ...['--git-path', 'objects', '--git-path', 'index'],
];

/**
 * The repository that `cwd` lies in, or why there is none that could tell of the files in it. Never the one that GIT_DIR
 * names.
 * @throws Error when git takes too long or is stopped; OneshotError CWD_UNUSABLE, SPAWN_FAILED
 */
export async function findRepository(git: Git, cwd: string): Promise<Repository | {reason: string}> {
  try {
    const answer = new Kept(MAX_ANSWER_BYTES);
    const call = {cwd, exitCodes: [0, NO_REPOSITORY]};
    const {exitCode, complaint} = await git.stream(['rev-parse', ...ASKED], call, (bytes) =>
      answer.add(bytes),
    );
    if (exitCode !== 0) return {reason: complaint};
    if (await isIgnored(git, cwd)) return {reason: 'git ignores the folder'};
    return repositoryIn(answer.bytes().toString(), cwd);
  } catch (error) {
    if (error instanceof OneshotError && error.code === 'AGENT_NOT_FOUND') return {reason: error.message};
    throw error;
  }
}

const MAX_ANSWER_BYTES = 64 * 1024;

/** How git exits where there is none, and where it trusts it not. */
const NO_REPOSITORY = 128;

function repositoryIn(answer: string, cwd: string): Repository | {reason: string} {
  const [workTree = '', gitDir = '', objectFormat = '', objects = '', index = '', ...more] =
    answer.split('\n');
  if (more.length !== 1) return {reason: 'the path of the repository holds a line end'};
  if (objectFormat !== 'sha1' && objectFormat !== 'sha256')
    return {reason: `the repository names its objects by ${objectFormat}`};
  return {
    workTree: resolve(cwd, workTree),
    gitDir: resolve(cwd, gitDir),
    objectDir: resolve(cwd, objects),
    indexPath: resolve(cwd, index),
    objectFormat,
  };
}

async function isIgnored(git: Git, cwd: string): Promise<boolean> {
  const call = {cwd, exitCodes: [0, 1, 128]};
  const {exitCode} = await git.stream(['check-ignore', '-q', '.'], call, () => true);
  return exitCode === 0;
}
