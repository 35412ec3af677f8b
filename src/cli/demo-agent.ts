/**
 * The agent of `oneshot demo`: a scripted stand-in for Claude Code. It reads its prompt on stdin, speaks stream-json with
 * partial messages on stdout, and really reads and writes `haiku.txt` in its working directory. As a worker it forgets the
 * last line of the haiku at first; as an auditor it counts the lines of the file.
 */
import {randomUUID} from 'node:crypto';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {text as readAll} from 'node:stream/consumers';
import {setTimeout as sleep} from 'node:timers/promises';

const WORD_MS = 35;
const TOOL_MS = 250;

const FILE = join(process.cwd(), 'haiku.txt');
const HAIKU = ['Green lights, one by one,', 'the small machine keeps its word:', 'nothing was left out.'];

const sessionId = argument('--resume') ?? randomUUID();
let messages = 0;
let inputTokens = 0;
let outputTokens = 0;

const prompt = await readAll(process.stdin);
const startedMs = performance.now();
say({
  type: 'system',
  subtype: 'init',
  cwd: process.cwd(),
  tools: ['Read', 'Write'],
  mcp_servers: [],
  model: 'demo-script',
  permissionMode: argument('--permission-mode') ?? 'default',
  claude_code_version: 'demo',
});
inputTokens += words(prompt).length;
const answer = argument('--demo-role') === 'auditor' ? await audit() : await work();
say({
  type: 'result',
  subtype: 'success',
  is_error: false,
  api_error_status: null,
  duration_ms: Math.round(performance.now() - startedMs),
  num_turns: messages,
  result: answer,
  stop_reason: 'end_turn',
  total_cost_usd: 0,
  usage: {input_tokens: inputTokens, output_tokens: outputTokens},
  permission_denials: [],
});

async function work(): Promise<string> {
  const isRetry = existsSync(FILE);
  const thought = isRetry ? 'The auditor misses a line; add it.' : 'A haiku: a picture, a turn, an end.';
  const intent = isRetry ? 'You are right, a line is missing.' : 'I will write the haiku now.';
  const lines = isRetry ? HAIKU : HAIKU.slice(0, 2);
  const content = `${lines.join('\n')}\n`;
  await turn(thought, intent, 'Write', {file_path: FILE, content}, () => {
    writeFileSync(FILE, content);
    return `File written: ${FILE}`;
  });
  return lastTurn(
    isRetry ? 'I added the missing last line to haiku.txt.' : 'haiku.txt holds a haiku about tests.',
  );
}

async function audit(): Promise<string> {
  let content = '';
  await turn('Do not trust; look.', 'I will read the file myself.', 'Read', {file_path: FILE}, () => {
    content = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
    return content;
  });
  const count = content.split('\n').filter((line) => line.trim() !== '').length;
  const done = count === 3;
  return lastTurn(
    JSON.stringify({
      verdict: done ? 'DONE' : 'RETRY',
      reason: `haiku.txt has ${count} lines; a haiku has 3.`,
      feedback: done ? null : 'Add the missing line to haiku.txt.',
    }),
  );
}

/** One message: a thought, a sentence, a tool call and its result. */
async function turn(
  thought: string,
  sentence: string,
  tool: string,
  input: Record<string, string>,
  act: () => string,
): Promise<void> {
  const id = beginMessage();
  await block(id, 0, {type: 'thinking', thinking: thought, signature: ''});
  await block(id, 1, {type: 'text', text: sentence});
  const toolId = `toolu_demo_${randomUUID()}`;
  await block(id, 2, {type: 'tool_use', id: toolId, name: tool, input});
  await sleep(TOOL_MS);
  const content = act();
  say({
    type: 'user',
    message: {role: 'user', content: [{tool_use_id: toolId, type: 'tool_result', content}]},
    parent_tool_use_id: null,
  });
  endMessage('tool_use');
}

async function lastTurn(answer: string): Promise<string> {
  await block(beginMessage(), 0, {type: 'text', text: answer});
  endMessage('end_turn');
  return answer;
}

function beginMessage(): string {
  const id = `msg_demo_${++messages}`;
  const usage = {input_tokens: inputTokens, output_tokens: 1};
  stream({type: 'message_start', message: {...message(id), content: [], usage}});
  return id;
}

function endMessage(stopReason: string): void {
  stream({
    type: 'message_delta',
    delta: {stop_reason: stopReason, stop_sequence: null},
    usage: {output_tokens: outputTokens},
  });
  stream({type: 'message_stop'});
}

type Block =
  | {type: 'text'; text: string}
  | {type: 'thinking'; thinking: string; signature: string}
  | {type: 'tool_use'; id: string; name: string; input: Record<string, string>};

/** Streams a block piece by piece, then says it once as a whole, as Claude does. */
async function block(id: string, index: number, whole: Block): Promise<void> {
  stream({type: 'content_block_start', index, content_block: emptied(whole)});
  for (const delta of deltas(whole)) {
    stream({type: 'content_block_delta', index, delta});
    outputTokens++;
    await sleep(WORD_MS);
  }
  say({type: 'assistant', message: {...message(id), content: [whole]}, parent_tool_use_id: null});
  stream({type: 'content_block_stop', index});
}

function emptied(whole: Block): Block {
  if (whole.type === 'text') return {...whole, text: ''};
  return whole.type === 'thinking' ? {...whole, thinking: ''} : {...whole, input: {}};
}

function deltas(whole: Block): Record<string, string>[] {
  switch (whole.type) {
    case 'text':
      return words(whole.text).map((text) => ({type: 'text_delta', text}));
    case 'thinking':
      return words(whole.thinking).map((thinking) => ({type: 'thinking_delta', thinking}));
    case 'tool_use':
      return [{type: 'input_json_delta', partial_json: JSON.stringify(whole.input)}];
  }
}

/** The words of a text, each with the white space after it. */
function words(text: string): string[] {
  return text.match(/\s*\S+\s*/g) ?? [];
}

function message(id: string) {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model: 'demo-script',
    stop_reason: null,
    stop_sequence: null,
    usage: {input_tokens: inputTokens, output_tokens: outputTokens},
  };
}

function stream(event: Record<string, unknown>): void {
  say({type: 'stream_event', event, parent_tool_use_id: null});
}

function say(event: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({...event, session_id: sessionId, uuid: randomUUID()})}\n`);
}

function argument(option: string): string | undefined {
  const index = process.argv.indexOf(option);
  return index === -1 ? undefined : process.argv[index + 1];
}
