/** The command line of an agent, and the file that its prompt is in where it does not fit there. */
import {mkdirSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {messageOf, OneshotError} from '../error.ts';
import type {RunStarted} from '../event.ts';
import type {AgentCommand} from '../executor/executor.ts';
import {MAX_ARGV_PROMPT_BYTES, promptFileArgument, promptPath} from '../executor/prompt.ts';
import type {Redactor} from '../session/redact.ts';
import {redactFile} from '../session/redact-file.ts';
import type {RunContext, RunRequest} from './context.ts';
import type {RunRecorder} from './recorder.ts';

export interface Prepared {
  command: AgentCommand;
  /** UTF-8; empty where there is none. */
  prompt: Buffer;
  promptDelivery: RunStarted['promptDelivery'];
  /** Holds the prompt as it is while the agent runs. */
  promptFile: string | null;
}

/**
 * The command line, without the flags that the agent has refused; a prompt too long for argv goes into a file that only
 * the user can read.
 * @throws OneshotError PERMISSION_MODE_UNSUPPORTED, RECORDING_FAILED
 */
export function prepare(
  {log}: RunContext,
  request: RunRequest,
  refusedFlags: ReadonlySet<string>,
  recorder: RunRecorder,
): Prepared {
  const prompt = Buffer.from(request.prompt ?? '');
  const folder = inFolder(join(log.dir, String(request.iteration)), makeFolder);
  const command = commandFor(request, prompt.toString(), refusedFlags);
  const asItIs = {command, prompt, promptFile: null};
  if (request.prompt === null) return {...asItIs, promptDelivery: 'none'};
  const isTooLong = prompt.length > MAX_ARGV_PROMPT_BYTES;
  const needsFile = command.promptDelivery === 'argv' && (isTooLong || command.changesPrompt);
  if (!needsFile) return {...asItIs, promptDelivery: command.promptDelivery};
  const path = promptPath(folder, request.role);
  inFolder(folder, () => writeFileSync(path, prompt, {mode: 0o600}));
  const why = isTooLong
    ? 'The prompt is too long for an argument'
    : 'The agent would change the white space of the prompt';
  recorder.note('info', 'PROMPT_FILE', `${why}: it is told to read ${path}.`);
  return {
    command: commandFor(request, promptFileArgument(path), refusedFlags),
    prompt,
    promptDelivery: 'file',
    promptFile: path,
  };
}

function commandFor(request: RunRequest, prompt: string, without: ReadonlySet<string>): AgentCommand {
  const {agent, resume, answerSchema = null} = request;
  const {executor, installation, model, permissionMode, agentArgs} = agent;
  return executor.command(installation, {
    prompt,
    model,
    permissionMode,
    resume,
    agentArgs,
    answerSchema,
    without,
  });
}

/** The folder, after `write` has done its work there. */
function inFolder(folder: string, write: (folder: string) => void): string {
  try {
    write(folder);
  } catch (cause) {
    const message = `the session folder ${folder} cannot be written: ${messageOf(cause)}`;
    throw new OneshotError('RECORDING_FAILED', message, 'Check the disk and the state folder.', {cause});
  }
  return folder;
}

/** Makes a folder in one that must be there: a session that was removed is not begun anew. */
function makeFolder(path: string): void {
  statSync(dirname(path));
  mkdirSync(path, {recursive: true, mode: 0o700});
}

/** Once the agent is gone, nobody needs its prompt file as it is. */
export function redactPrompt(
  {promptFile}: Prepared,
  redactor: Redactor | null | undefined,
  recorder: RunRecorder,
): void {
  if (promptFile === null || !redactor) return;
  try {
    redactFile(promptFile, redactor);
  } catch (error) {
    const text = `Secrets of the prompt may be left in ${promptFile}: ${messageOf(error)}`;
    recorder.note('warning', 'REDACT_FAILED', text);
  }
}

/** `argv` for people: a prompt in it is shortened, once no secret can be cut in two. */
export function shownArgv({argv, promptIndex}: AgentCommand, redactor?: Redactor | null): string[] {
  return argv.map((given, index) => {
    const argument = redactor ? redactor.text(given) : given;
    if (index !== promptIndex || argument.length <= 200) return argument;
    return `${argument.slice(0, 200)}… (${Buffer.byteLength(argument)} bytes)`;
  });
}
