/** The recorded runs of real agents, each as a case: bytes and facts of the end in, events out. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {constants} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {OneshotEvent} from '../../src/event.ts';
import type {EndFacts, ExecutorName, Installation} from '../../src/executor/executor.ts';
import {type Chunks, normalizeRecording} from '../../src/executor/normalize.ts';
import {executorByName} from '../../src/executor/registry.ts';

const RECORDINGS = fileURLToPath(new URL('../recordings/', import.meta.url));
const GOLDEN = fileURLToPath(new URL('../golden/', import.meta.url));

export interface RecordedCase {
  /** `agent/case`. */
  name: string;
  installation: Installation;
  stdout: Buffer;
  stderr: Buffer;
  end: EndFacts;
  goldenPath: string;
}

/** What `case.json` holds, as far as it matters here. */
interface CaseFile {
  /** Name and version. */
  agent: string;
  exitCode: number | null;
  /** Number of the signal. */
  exitSignal: number | null;
  signalSent: string | null;
  killedByTimeout: boolean;
}

export function recordedCases(): RecordedCase[] {
  const folders = readdirSync(RECORDINGS, {withFileTypes: true}).filter((entry) => entry.isDirectory());
  return folders.flatMap(({name: agent}) =>
    readdirSync(join(RECORDINGS, agent)).map((name) => recordedCase(agent, name)),
  );
}

export const bytesOf = (folder: string, file: string): Buffer =>
  existsSync(join(folder, file)) ? readFileSync(join(folder, file)) : Buffer.alloc(0);

function recordedCase(agent: string, name: string): RecordedCase {
  const folder = join(RECORDINGS, agent, name);
  const facts = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as CaseFile;
  return {
    name: `${agent}/${name}`,
    installation: installationOf(facts.agent),
    stdout: bytesOf(folder, 'stdout.raw'),
    stderr: bytesOf(folder, 'stderr.raw'),
    end: endOf(facts),
    goldenPath: join(GOLDEN, agent, `${name}.jsonl`),
  };
}

/** An agent without an adapter runs as `command`. */
function installationOf(agent: string): Installation {
  const [program, version] = agent.split(' ') as [string, string];
  const adapters: Record<string, [ExecutorName, string]> = {
    'claude-code': ['claude', 'claude'],
    cline: ['cline', `cline-${version.split('.')[0]}`],
    direct: ['direct', 'direct'],
  };
  const [executor, adapter] = adapters[program] ?? ['command', 'command'];
  return {executor, adapter, program: [program], version};
}

function endOf({exitCode, exitSignal, signalSent, killedByTimeout}: CaseFile): EndFacts {
  const stopped = signalSent !== null || killedByTimeout;
  return {exitCode, signal: signalName(exitSignal), stopped, stopOutcome: 'canceled', stopReason: null};
}

function signalName(number: number | null): string | null {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found?.[0] ?? null;
}

/** The events of a recording whose streams arrive in the given chunks. */
export async function eventsOf(
  {installation, stdout, stderr, end}: RecordedCase,
  chunks: {stdout?: Chunks; stderr?: Chunks} = {},
): Promise<OneshotEvent[]> {
  const events: OneshotEvent[] = [];
  const recording = {
    executor: executorByName(installation.executor),
    installation,
    stdout: chunks.stdout ?? [stdout],
    stderr: chunks.stderr ?? [stderr],
    end,
    maxFrameBytes: 64 * 1024 * 1024,
  };
  for await (const event of normalizeRecording(recording)) events.push(event);
  return events;
}
