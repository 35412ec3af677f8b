/** Every peer, in the order of the report, with what it needs. */
import type {PackageName} from './install.ts';

export interface PeerFacts {
  /** For the table. */
  how: string;
  /** Its package; null: none. */
  package: PackageName | null;
  /** A program that must be on PATH; null: none. */
  program: string | null;
}

export const PEERS = {
  'oneshot, PTY': {how: 'transport and decoder of oneshot', package: null, program: null},
  'oneshot, pipe': {how: 'the same with `--transport pipe`', package: null, program: null},
  'C reader, PTY': {how: '`read` of 64 KiB, lines by `memchr`: the limit', package: null, program: 'cc'},
  'C reader, pipe': {how: 'the same on a pipe', package: null, program: 'cc'},
  'node-pty': {how: '`spawn`, decoder of oneshot', package: 'node-pty', program: null},
  '@lydell/node-pty': {how: '`spawn`, decoder of oneshot', package: '@lydell/node-pty', program: null},
  '@replit/ruspty': {how: '`new Pty`, decoder of oneshot', package: '@replit/ruspty', program: null},
  'execa, lines': {how: '`for await` over the lines, `JSON.parse`', package: 'execa', program: null},
  script: {how: '`script -qfec`, readline, `JSON.parse`', package: null, program: 'script'},
  stdbuf: {how: '`stdbuf -oL`, readline, `JSON.parse`', package: null, program: 'stdbuf'},
  'Claude Agent SDK': {
    how: '`query`, a program in the place of the agent',
    package: 'Claude Agent SDK',
    program: null,
  },
  'Codex SDK': {
    how: '`runStreamed`, a program in the place of the agent',
    package: 'Codex SDK',
    program: null,
  },
  'Python subprocess.run': {how: '`capture_output=True`, `json.loads`', package: null, program: 'python3'},
} as const satisfies Record<string, PeerFacts>;

export type PeerName = keyof typeof PEERS;
