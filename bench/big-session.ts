/** A recorded session of any size, made up. */
import {closeSync, mkdirSync, openSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {EVENT_VERSION, type EventBody, type OneshotEvent} from '../src/event.ts';

const BATCH_CHARS = 4 * 1024 * 1024;

const WORDS = 'The quick brown fox jumps over the lazy dog, päivää "quoted" \\ 漢字. ';

const USAGE = {inputTokens: 1000, outputTokens: 100, costUsd: 0.01, turns: null};

/**
 * Writes the log of a session of about `bytes` under the state folder `home` and returns its id: words in pieces, tool calls
 * with output, now and then a long one.
 */
export function writeBigSession(home: string, bytes: number): string {
  const id = '20260101-120000-b16b16';
  const dir = join(home, 'sessions', id);
  mkdirSync(dir, {recursive: true, mode: 0o700});
  const file = openSync(join(dir, 'events.jsonl'), 'wx', 0o600);
  let written = 0;
  let batch = '';
  let seq = 0;
  const flush = () => {
    written += writeSync(file, batch);
    batch = '';
  };
  const add = (body: EventBody) => {
    seq++;
    const head = {v: EVENT_VERSION, seq, at: 1_767_268_800_000 + seq * 5, session: id, iteration: 1} as const;
    const event: OneshotEvent = {...head, role: 'worker', source: 'agent', ...body};
    batch += `${JSON.stringify(event)}\n`;
    if (batch.length >= BATCH_CHARS) flush();
  };
  for (const body of beginning()) add(body);
  for (let round = 1; written < bytes; round++) for (const body of oneRound(round)) add(body);
  for (const body of END) add(body);
  flush();
  closeSync(file);
  return id;
}

function beginning(): EventBody[] {
  const started = {
    task: 'Do much.',
    cwd: '/work',
    maxIterations: 1,
    audit: false,
    worker: null,
    auditor: null,
  };
  return [
    {
      type: 'session_started',
      ...started,
      fallback: null,
      rules: null,
      oneshotVersion: '0',
      nodeVersion: '20',
      platform: 'linux',
    },
    {type: 'iteration_started', maxIterations: 1},
    {
      type: 'run_started',
      executor: 'claude',
      adapter: 'claude',
      agentVersion: null,
      argv: ['claude'],
      cwd: '/work',
      pid: 1,
      transport: 'pty',
      transportReason: 'made up',
      model: null,
      permissionMode: 'agent',
      promptDelivery: 'stdin',
      promptBytes: 8,
      resumedAgentSession: null,
      mark: 'ONESHOT_RUN_0',
    },
  ];
}

function oneRound(round: number): EventBody[] {
  const long = round % 500 === 0;
  const toolCallId = `call_${round}`;
  const text = (length: number) => WORDS.repeat(Math.ceil(length / WORDS.length)).slice(0, length);
  const piece = {type: 'agent_message_chunk', messageId: `m${round}`, parentToolCallId: null} as const;
  const output = {type: 'text', text: text(long ? 1_000_000 : 2000)} as const;
  return [
    {...piece, content: {type: 'text', text: text(60)}},
    {...piece, content: {type: 'text', text: `${text(200)}\n`}},
    {...piece, content: {type: 'text', text: `${text(long ? 200_000 : 500)}\n`}},
    {
      type: 'tool_call',
      toolCallId,
      title: `Bash npm run step-${round}`,
      toolName: 'Bash',
      kind: 'execute',
      status: 'in_progress',
      locations: [],
      rawInput: {command: `npm run step-${round}`},
      parentToolCallId: null,
    },
    {type: 'tool_call_update', toolCallId, status: 'completed', content: [output], rawOutput: output.text},
    {type: 'usage_update', ...USAGE},
  ];
}

const END: EventBody[] = [
  {
    type: 'run_finished',
    outcome: 'completed',
    reason: 'success',
    text: 'I did it.',
    agentSession: null,
    exitCode: 0,
    signal: null,
    usage: USAGE,
    permissionDenials: [],
  },
  {type: 'session_finished', ending: 'unverified', reason: 'no audit', text: 'I did it.', iterations: 1},
];
