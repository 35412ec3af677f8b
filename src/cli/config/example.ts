/** The file that `config init` writes: every setting in a comment, with its default or an example. */
import {SETTING_KEYS, SETTINGS} from './settings.ts';

export function exampleFile(): string {
  const settings = SETTING_KEYS.map((key) => {
    const {about, normally, example = normally, guarded} = SETTINGS[key];
    const trust = guarded ? `; in a project file ${guarded.values} needs oneshot trust` : '';
    return `  // ${about}${trust}\n  // "${key}": ${JSON.stringify(example)},\n`;
  });
  return `{\n${HEAD}\n${settings.join('\n')}}\n`.replaceAll('`', '');
}

const HEAD = `  // Settings of oneshot. Take the two slashes away from those that you want to change.
  // oneshot config show tells what holds and where it came from.
`;
