/**
 * The program of the direct executor: reads the prompt on stdin, asks a model over HTTP and says what comes as JSON lines on
 * stdout. See docs/direct-executor.md.
 */
import {text as readAll} from 'node:stream/consumers';
import {systemClock} from '../clock.ts';
import {runDirect} from '../direct/program.ts';

const {argv, env, stdin, stdout, stderr} = process;

// Not process.exit: all that was written shall be read.
process.exitCode = await runDirect({
  args: argv.slice(2),
  env,
  readPrompt: () => readAll(stdin),
  write: (line) => stdout.write(line),
  complain: (line) => stderr.write(line),
  clock: systemClock,
  random: Math.random,
});
