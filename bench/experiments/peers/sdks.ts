/** The agents' own SDKs, with a program in the agent's place that says what it is given to say. */
import {chmodSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {load} from './install.ts';
import type {Peer, Sink} from './peer.ts';

/** What is used of the Claude Agent SDK. */
interface ClaudeSdk {
  query(request: {
    prompt: string;
    options: {pathToClaudeCodeExecutable: string; abortController: AbortController; env: NodeJS.ProcessEnv};
  }): AsyncIterable<unknown>;
}

export async function claudeSdk(folder: string): Promise<Peer> {
  const {query} = await load<ClaudeSdk>(folder, 'Claude Agent SDK');
  const agent = fakeAgent(CLAUDE);
  return async ({argv, env}, sink) => {
    const abortController = new AbortController();
    const options = {pathToClaudeCodeExecutable: agent, abortController, env: {...env, ...said(argv)}};
    const ended = takeAll(query({prompt: 'a task', options}), sink);
    return {kill: () => abortController.abort(), ended};
  };
}

/** What is used of the Codex SDK. */
interface CodexSdk {
  Codex: new (options: {
    codexPathOverride: string;
    env: Record<string, string>;
  }) => {
    startThread(): {
      runStreamed(prompt: string, options: {signal: AbortSignal}): Promise<{events: AsyncIterable<unknown>}>;
    };
  };
}

export async function codexSdk(folder: string): Promise<Peer> {
  const {Codex} = await load<CodexSdk>(folder, 'Codex SDK');
  const agent = fakeAgent(CODEX);
  return async ({argv, env}, sink) => {
    const abort = new AbortController();
    const variables = {...env, ...said(argv)} as Record<string, string>;
    const thread = new Codex({codexPathOverride: agent, env: variables}).startThread();
    const {events} = await thread.runStreamed('a task', {signal: abort.signal});
    return {kill: () => abort.abort(), ended: takeAll(events, sink)};
  };
}

/** Ends with the error with which an SDK reports an abort, or an agent that did not end in its own way. */
async function takeAll(events: AsyncIterable<unknown>, sink: Sink): Promise<void> {
  try {
    for await (const event of events) sink.object(event, JSON.stringify(event).length + 1);
  } catch {}
}

/** Answers the SDK's opening request, as Claude Code does, then becomes the program. */
const CLAUDE = `read -r request
id=$(printf '%s' "$request" | sed 's/.*"request_id":"\\([^"]*\\)".*/\\1/')
printf '{"type":"control_response","response":{"subtype":"success","request_id":"%s","response":{"commands":[],"models":[],"account":{}}}}\\n' "$id"
exec sh -c "$ONESHOT_EXPERIMENT_SAYS" </dev/null`;

/** Takes the prompt from stdin. */
const CODEX = `cat >/dev/null
exec sh -c "$ONESHOT_EXPERIMENT_SAYS" </dev/null`;

function fakeAgent(script: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'oneshot-peer-')), 'agent');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** The program that the fake agent becomes. */
function said(argv: readonly string[]) {
  const quoted = argv.map((argument) => `'${argument.replaceAll("'", `'\\''`)}'`);
  return {ONESHOT_EXPERIMENT_SAYS: `exec ${quoted.join(' ')}`};
}
