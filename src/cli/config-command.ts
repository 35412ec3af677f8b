/** `oneshot config`: `show` tells the settings and where each came from, on stdout; `init` writes a first file. */
import {writeFileSync} from 'node:fs';
import {basename, dirname} from 'node:path';
import {messageOf, OneshotError, systemCode} from '../error.ts';
import {exampleFile} from './config/example.ts';
import {PROJECT_FILES, projectFilesIn} from './config/find.ts';
import {configLines} from './config/show.ts';
import {EXIT} from './exit-code.ts';
import type {ConfigOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {print} from './output.ts';

/** @throws OneshotError FILE_EXISTS, UNWRITABLE_FILE */
export async function configCommand(options: ConfigOptions, io: Io): Promise<number> {
  if (options.action === 'init') {
    writeExample(options.path);
    await print(io, `${options.path}\n`);
    return EXIT.ok;
  }
  const {shown, json} = options;
  await print(io, `${json ? JSON.stringify(shown, null, 2) : configLines(shown)}\n`);
  return EXIT.ok;
}

/** A second configuration in one folder would be an error ever after. */
function writeExample(path: string): void {
  const others = PROJECT_FILES.includes(basename(path)) ? projectFilesIn(dirname(path)) : [];
  const [other] = others.filter((one) => one.path !== path);
  if (other) throw new OneshotError('FILE_EXISTS', `${other.path} has the settings already`, 'Edit it.');
  try {
    writeFileSync(path, exampleFile(), {flag: 'wx'});
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST') {
      throw new OneshotError('FILE_EXISTS', `${path} is there already`, 'Edit it, or name another file.');
    }
    const nextStep = 'Name a file that you may write: oneshot config init FILE.';
    throw new OneshotError('UNWRITABLE_FILE', `cannot write ${path}: ${messageOf(cause)}`, nextStep, {cause});
  }
}
