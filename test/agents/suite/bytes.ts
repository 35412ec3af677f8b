import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import type {Dialect} from '../dialect.ts';
import type {AgentName} from '../install.ts';
import type {Script} from '../script.ts';
import {eventsOf, type Session, saidText} from '../session.ts';
import {complaints, conversation, onlyRun, record, rigOf, sha256, textOf} from './helpers.ts';

const TRANSPORTS = [
  {transport: 'pty', args: ['--transport', 'pty']},
  {transport: 'pipe', args: ['--transport', 'pipe']},
  {transport: 'buffered', args: ['--no-streaming']},
];

/** The longest argument that Linux takes is 131,071 bytes. */
const PROMPTS = [
  {bytes: 131_071, given: 'as an argument'},
  {bytes: 131_072, given: 'in a file'},
  {bytes: 1024 * 1024, given: 'on stdin'},
];

export function losesNoByte(name: AgentName, dialect: Dialect): void {
  it.each(TRANSPORTS)('a line of 300 KB arrives whole over $transport', async ({transport, args}) => {
    const text = textOf(300 * 1024);
    const rig = await rigOf(name, [dialect.final(text)]);
    const {session, exitCode, stdout, stderr} = await record(rig, [...args, '--no-audit', 'Say a lot.']);
    expect(exitCode, stderr).toBe(0);
    expect(eventsOf(session, 'run_started')[0]?.transport).toBe(transport);
    expect(sha256(onlyRun(session).text ?? '')).toBe(sha256(text));
    expect(sha256(saidText(session))).toBe(sha256(text));
    expect(sha256(stdout)).toBe(sha256(`${text}\n`));
    expect(complaints(session)).toEqual([]);
  });

  it.each(PROMPTS)('a prompt of $bytes bytes, given $given, reaches the model', async ({bytes, given}) => {
    const prompt = textOf(bytes);
    const rig = await rigOf(
      name,
      dialect.promptOnStdin ? [dialect.final('Read.')] : readsPromptFile(dialect),
    );
    const {args, stdin} = promptArguments(rig.writeFile, prompt, given);
    const {session, exitCode, stderr} = await record(rig, ['--no-audit', ...args], {stdin});
    expect(exitCode, stderr).toBe(0);
    expect(eventsOf(session, 'run_started')[0]?.promptBytes).toBe(bytes);
    if (dialect.promptOnStdin)
      expect(rig.server.requests[0]?.userTexts.map(sha256)).toContain(sha256(prompt));
    else expectPromptFile(session, prompt, conversation(rig.server.requests.at(-1)));
  });
}

function promptArguments(writeFile: (name: string, text: string) => string, prompt: string, given: string) {
  switch (given) {
    case 'as an argument':
      return {args: [prompt], stdin: null};
    case 'in a file':
      return {args: ['--file', writeFile('prompt.md', prompt)], stdin: null};
    default:
      return {args: ['-'], stdin: prompt};
  }
}

/** A model that is told of a file hashes it, which shows that the agent can read it. */
function readsPromptFile(dialect: Dialect): Script {
  return (request, index) => {
    const path = /\/\S+prompt\S*\.txt/.exec(conversation(request))?.[0] ?? 'no-path-in-the-prompt';
    return index === 0 ? dialect.command(`sha256sum ${path}`) : dialect.final('Read.');
  };
}

function expectPromptFile(session: Session, prompt: string, told: string): void {
  const folder = join(session.dir, '1');
  const path = join(folder, readdirSync(folder).find((name) => name.includes('prompt')) ?? 'no prompt file');
  expect(eventsOf(session, 'run_started')[0]?.promptDelivery).toBe('file');
  expect(eventsOf(session, 'note').map((note) => note.code)).toContain('PROMPT_FILE');
  expect(sha256(readFileSync(path))).toBe(sha256(prompt));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(told).toContain(sha256(prompt));
}
