/** From the process to an exit code and back. */
import {setFlagsFromString} from 'node:v8';
import {errorLine, stackOf} from './complain.ts';
import {exitCodeOfError} from './exit-code.ts';
import {type Io, processIo, stderrSettled, watchTerminals} from './io.ts';
import {VERSION} from './version.ts';

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

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const {parseArguments} = await import('./arguments.ts');
  const invocation = parseArguments(argv, {env: io.env, cwd: io.cwd, version: VERSION});
  switch (invocation.command) {
    case 'run':
      return (await import('./run-command.ts')).runCommand(invocation.options, io);
    case 'exec':
      return (await import('./exec-command.ts')).execCommand(invocation.options, io);
    case 'explain':
      return (await import('./explain-command.ts')).explainCommand(invocation.options, io);
    case 'normalize':
      return (await import('./normalize-command.ts')).normalizeCommand(invocation.options, io);
    case 'doctor':
      return (await import('./doctor-command.ts')).doctorCommand(invocation.options, io);
    case 'demo':
      return (await import('./demo-command.ts')).demoCommand(invocation.options, io);
    case 'print':
      await (await import('./output.ts')).print(io, invocation.text);
      return 0;
  }
}

/** The flag, wherever the arguments could be read or not; one behind `--` belongs to another program. */
function isDebug(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes('--debug');
}
