/** `oneshot trust`: which project files may run things and loosen permissions. What it did is stdout. */
import {realpathSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {OneshotError} from '../error.ts';
import {homeOf} from '../executor/home.ts';
import {stateDir} from '../session/state-dir.ts';
import {stripControl} from '../text.ts';
import type {ConfigDocument} from './config/document.ts';
import {findProjectFile, readNamedFile} from './config/find.ts';
import {guardedKeys} from './config/load.ts';
import {TrustStore} from './config/trust.ts';
import {settingsOf} from './config/values.ts';
import {EXIT} from './exit-code.ts';
import type {TrustOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {print} from './output.ts';

/** @throws OneshotError UNREADABLE_FILE, CONFIG_INVALID, STATE_UNWRITABLE */
export async function trustCommand(options: TrustOptions, io: Io): Promise<number> {
  const store = new TrustStore(stateDir(io.env));
  const {lines, value} = ACTIONS[options.action](store, options, io);
  const text = lines.map((line) => `${stripControl(line)}\n`).join('');
  await print(io, options.json ? `${JSON.stringify(value, null, 2)}\n` : text);
  return EXIT.ok;
}

interface Done {
  lines: string[];
  value: unknown;
}

const ACTIONS: Readonly<
  Record<TrustOptions['action'], (store: TrustStore, options: TrustOptions, io: Io) => Done>
> = {list: listed, add: added, remove: removed};

function listed(store: TrustStore): Done {
  const files = store.list();
  const lines = files.map(
    ({path, sha256, at}) => `${new Date(at).toISOString()}  ${sha256.slice(0, 12)}  ${path}`,
  );
  return {lines, value: files};
}

function added(store: TrustStore, options: TrustOptions, io: Io): Done {
  const document = documentOf(options, io);
  const {path, sha256} = document;
  const keys = guardedKeys(settingsOf(document).settings);
  store.add({path, sha256, at: io.clock.now()});
  const effect = keys.length === 0 ? 'it sets nothing that needs it' : `it sets ${keys.join(', ')}`;
  return {lines: [`trusted ${path} as it is now: ${effect}`], value: {path, sha256, keys}};
}

/** The file itself may be gone. */
function removed(store: TrustStore, options: TrustOptions, io: Io): Done {
  const path = options.path === null ? documentOf(options, io).path : withRealFolder(options.path);
  const wasTrusted = store.remove(path);
  return {
    lines: [wasTrusted ? `${path} is no longer trusted` : `${path} was not trusted`],
    value: {path, wasTrusted},
  };
}

function documentOf({path, cwd}: TrustOptions, {env}: Io): ConfigDocument {
  if (path !== null) return readNamedFile(withRealFolder(path));
  const found = findProjectFile(cwd, homeOf(env));
  if (found) return found;
  throw new OneshotError(
    'UNREADABLE_FILE',
    `there is no project configuration for ${cwd}`,
    'Name the file: oneshot trust FILE.',
  );
}

/** As project files are found: by the real path of their folder. */
function withRealFolder(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}
