import {readFileSync, statSync} from 'node:fs';
import {expect, it} from 'vitest';
import type {Dialect} from '../dialect.ts';
import type {AgentName} from '../install.ts';
import type {Rig} from '../rig.ts';
import type {ModelRequest, Script} from '../script.ts';
import {eventsOf, type Session, saidText} from '../session.ts';
import {
  complaints,
  conversation,
  expectExit,
  onlyRun,
  promptFile,
  record,
  rigOf,
  sha256,
  textOf,
} from './helpers.ts';

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
    const finished = await record(rig, [...args, '--no-audit', '--agent-retries', '0', 'Say a lot.']);
    const {session, stdout} = finished;
    expect(eventsOf(session, 'run_started')[0]?.transport).toBe(transport);
    // Claude and Cline 3 themselves drop what a pipe does not take at once; then nobody may say that all is well.
    if (transport === 'pipe' && onlyRun(session).outcome === 'truncated') return expectExit(finished, 1);
    expectExit(finished, 0);
    expect(sha256(onlyRun(session).text ?? '')).toBe(sha256(text));
    expect(sha256(saidText(session))).toBe(sha256(text));
    expect(sha256(stdout)).toBe(sha256(`${text}\n`));
    // What was cut off of its last line is a text then, and the end is from the agent's own files.
    const isCut = transport === 'pipe' && onlyRun(session).recovered === true;
    if (!isCut) expect(complaints(finished, dialect.noise)).toEqual([]);
  });

  it('a prompt of several lines arrives as it was written', async () => {
    const prompt = 'Do this:\n\n  1.  indented,  with   spaces\n\t2. and a tab';
    await expectArrival(name, dialect, prompt, () => ({args: [prompt], stdin: null}));
  });

  it.each(PROMPTS)('a prompt of $bytes bytes, given $given, reaches the model', async ({bytes, given}) => {
    const prompt = textOf(bytes);
    await expectArrival(name, dialect, prompt, (rig) => promptArguments(rig, prompt, given));
  });
}

/** The model has got the prompt itself, or has been told of a file that holds it and that the agent can read. */
async function expectArrival(
  name: AgentName,
  dialect: Dialect,
  prompt: string,
  give: (rig: Rig) => {args: string[]; stdin: string | null},
): Promise<void> {
  const rig = await rigOf(name, readsPromptFile(dialect));
  const {args, stdin} = give(rig);
  const finished = await record(rig, ['--no-audit', ...args], {stdin});
  expectExit(finished, 0);
  const {promptBytes, promptDelivery} = eventsOf(finished.session, 'run_started')[0]!;
  expect(promptBytes).toBe(Buffer.byteLength(prompt));
  expect(promptDelivery === 'stdin').toBe(dialect.promptOnStdin);
  if (promptDelivery === 'file') expectPromptFile(finished.session, prompt, rig.server.requests.at(-1));
  else
    expect(conversation(rig.server.requests[0]).includes(prompt), 'the prompt is in the conversation').toBe(
      true,
    );
}

function promptArguments(rig: Rig, prompt: string, given: string) {
  switch (given) {
    case 'as an argument':
      return {args: [prompt], stdin: null};
    case 'in a file':
      return {args: ['--file', rig.writeFile('prompt.md', prompt)], stdin: null};
    default:
      return {args: ['-'], stdin: prompt};
  }
}

/** A model that is told of a file hashes it, which shows that the agent can read it. */
function readsPromptFile(dialect: Dialect): Script {
  return (request, index) => {
    const path = /\/\S+prompt\S*\.txt/.exec(conversation(request))?.[0];
    return index === 0 && path ? dialect.command(`sha256sum ${path}`) : dialect.final('Read.');
  };
}

function expectPromptFile(session: Session, prompt: string, last: ModelRequest | undefined): void {
  const path = promptFile(session, 'worker', 1);
  expect(eventsOf(session, 'note').map((note) => note.code)).toContain('PROMPT_FILE');
  expect(sha256(readFileSync(path))).toBe(sha256(prompt));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(conversation(last)).toContain(sha256(prompt));
}
