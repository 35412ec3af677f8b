/** From the process to an exit code and back. */
import {setFlagsFromString} from 'node:v8';
import {VERSION} from '../version.ts';
import {parseArguments} from './arguments.ts';
import {errorLine, stackOf} from './complain.ts';
import {readConfig} from './config/load.ts';
import {exitCodeOfError} from './exit-code.ts';
import {type Io, processIo, stderrSettled, watchTerminals} from './io.ts';

/** Runs the command line of this process and exits. `program`: where `main` lies. */
export async function start(program: URL): Promise<void> {
  // The heap is collected before it grows: a third of the memory for a stream of large frames (check:memory).
  setFlagsFromString('--optimize-for-size');
  const leaveLostTerminals = watchTerminals();
  const io = processIo(program);
  const code = await main(process.argv.slice(2), io);
  await stderrSettled(io);
  leaveLostTerminals();
  process.exit(code);
}

/** The exit code. stdout has taken all that it was given when this settles. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    const stack = isDebug(argv) ? `\n${stackOf(error)}` : '';
    io.stderr.write(`${errorLine(error)}${stack}\n`);
    return exitCodeOfError(error);
  }
}

async function dispatch(argv: readonly string[], ourIo: Io): Promise<number> {
  const {env, cwd} = ourIo;
  const invocation = parseArguments(argv, {env, cwd, version: VERSION, readConfig});
  const io = invocation.logsDir === undefined ? ourIo : withStateFolder(ourIo, invocation.logsDir);
  switch (invocation.command) {
    case 'run':
      return (await import('./run-command.ts')).runCommand(invocation.options, io);
    case 'resume':
      return (await import('./resume-command.ts')).resumeCommand(invocation.options, io);
    case 'batch':
      return (await import('./batch-command.ts')).batchCommand(invocation.options, io);
    case 'exec':
      return (await import('./exec-command.ts')).execCommand(invocation.options, io);
    case 'explain':
      return (await import('./explain-command.ts')).explainCommand(invocation.options, io);
    case 'follow':
      return (await import('./follow-command.ts')).followCommand(invocation.options, io);
    case 'replay':
      return (await import('./replay-command.ts')).replayCommand(invocation.options, io);
    case 'export':
      return (await import('./export-command.ts')).exportCommand(invocation.options, io);
    case 'normalize':
      return (await import('./normalize-command.ts')).normalizeCommand(invocation.options, io);
    case 'verdict':
      return (await import('./verdict-command.ts')).verdictCommand(invocation.options, io);
    case 'config':
      return (await import('./config-command.ts')).configCommand(invocation.options, io);
    case 'trust':
      return (await import('./trust-command.ts')).trustCommand(invocation.options, io);
    case 'list':
      return (await import('./list-command.ts')).listCommand(invocation.options, io);
    case 'show':
      return (await import('./show-command.ts')).showCommand(invocation.options, io);
    case 'path':
      return (await import('./path-command.ts')).pathCommand(invocation.options, io);
    case 'stop':
      return (await import('./stop-command.ts')).stopCommand(invocation.options, io);
    case 'rm':
      return (await import('./remove-command.ts')).removeCommand(invocation.options, io);
    case 'prune':
      return (await import('./remove-command.ts')).pruneCommand(invocation.options, io);
    case 'doctor':
      return (await import('./doctor-command.ts')).doctorCommand(invocation.options, io);
    case 'demo':
      return (await import('./demo-command.ts')).demoCommand(invocation.options, io);
    case 'print':
      await (await import('./output.ts')).print(io, invocation.text);
      return 0;
  }
}

/** The same surroundings, with sessions elsewhere. Nothing is copied: stdin is opened by being looked at. */
function withStateFolder(io: Io, folder: string): Io {
  return Object.create(io, {env: {value: {...io.env, ONESHOT_HOME: folder}}});
}

/** The flag, wherever the arguments could be read or not; one behind `--` belongs to another program. */
function isDebug(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes('--debug');
}
