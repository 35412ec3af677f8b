/** The transcript that Claude Code keeps of each session. As seen with 2.1.197. */
import {readdir, realpath, stat} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {type Json, object, text} from '../fields.ts';
import type {Environment, RecoveredEnd, RunTraces} from './executor.ts';
import {homeOf} from './home.ts';
import {isPlainId, readLastLines, wordsIn} from './state-file.ts';

/** Of a longer name of a working directory, Claude keeps so much and adds a hash. */
const MAX_SLUG_CHARS = 200;

/**
 * The transcript of a Claude session, `projects/<working directory>/<session>.jsonl` in `CLAUDE_CONFIG_DIR` or `~/.claude`;
 * it need not be there yet. Found in another project too, should Claude have moved. null when `session` is no id.
 * Sub-agents have files of their own, which are not looked at: what they do is in Claude's output. Never rejects.
 */
export async function getClaudeTranscript(
  session: string,
  {env, cwd}: {env: Environment; cwd: string},
): Promise<string | null> {
  if (!isPlainId(session)) return null;
  const file = `${session}.jsonl`;
  const projects = resolve(cwd, env.CLAUDE_CONFIG_DIR ?? join(homeOf(env), '.claude'), 'projects');
  const expected = join(projects, slugOf(await realpath(cwd).catch(() => cwd)), file);
  if (await exists(expected)) return expected;
  const others = (await readdir(projects).catch(() => [])).map((project) => join(projects, project, file));
  for (const path of others) if (await exists(path)) return path;
  return expected;
}

function slugOf(path: string): string {
  const slug = path.replace(/[^a-zA-Z0-9]/g, '-');
  return slug.length <= MAX_SLUG_CHARS ? slug : `${slug.slice(0, MAX_SLUG_CHARS)}-${hashOf(path)}`;
}

/** Claude's own. */
function hashOf(text: string): string {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = ((hash << 5) - hash + text.charCodeAt(index)) | 0;
  return Math.abs(hash).toString(36);
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The transcript of a run; null until its session is known. */
export async function claudeTranscriptOf({agentSession, env, cwd}: RunTraces): Promise<string | null> {
  return agentSession === null ? null : getClaudeTranscript(agentSession, {env, cwd});
}

/** The answer that ended the turn, if nothing came after it. */
export async function claudeRecovered(traces: RunTraces): Promise<RecoveredEnd | null> {
  const path = await claudeTranscriptOf(traces);
  if (path === null) return null;
  const talk = ((await readLastLines(path)) ?? []).filter(isTalk);
  const last = talk.at(-1);
  if (last === undefined || !isEnd(last, traces.startedAtMs)) return null;
  const id = text(object(last.message).id);
  // Each block of a message has an entry of its own.
  const said = talk
    .filter(({message}) => text(object(message).id) === id)
    .map(({message}) => wordsIn(object(message).content))
    .join('');
  return said === '' ? null : {text: said, agentSession: traces.agentSession, path};
}

/** What is said between the user, the tools and the agent itself; the rest is bookkeeping, or a sub-agent's. */
function isTalk({type, isSidechain}: Json): boolean {
  return (type === 'assistant' || type === 'user') && isSidechain !== true;
}

function isEnd({type, message, timestamp}: Json, startedAtMs: number): boolean {
  const isOfThisRun = Date.parse(text(timestamp) ?? '') >= startedAtMs;
  return isOfThisRun && type === 'assistant' && object(message).stop_reason === 'end_turn';
}
