/** docs/configuration.md has every setting; `UPDATE_GOLDEN=1` writes its table. */
import {readFileSync, writeFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {readDocument} from '../../../src/cli/config/document.ts';
import {VARIABLE_KEYS} from '../../../src/cli/config/environment.ts';
import {exampleFile} from '../../../src/cli/config/example.ts';
import {SETTING_KEYS, SETTINGS} from '../../../src/cli/config/settings.ts';
import {RETIRED_KEYS, settingsOf} from '../../../src/cli/config/values.ts';
import {buildProgram} from '../../../src/cli/program.ts';
import {REPLACED_FLAGS} from '../../../src/cli/replaced-flags.ts';

const page = (name: string) => new URL(`../../../docs/${name}.md`, import.meta.url);
const read = (name: string) => readFileSync(page(name), 'utf8');

const BEGIN = '<!-- settings: begin -->\n';
const END = '<!-- settings: end -->';

function table(): string {
  const rows = SETTING_KEYS.map((key) => {
    const {form, flag, normally, about, guarded} = SETTINGS[key];
    const standard = normally === null ? '' : `\`${JSON.stringify(normally)}\``;
    return `| \`${key}\` | ${form.takes} | ${standard} | ${about} (\`${flag}\`) | ${guarded?.values ?? ''} |`;
  });
  return ['| key | value | default | | needs trust |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}

describe('docs/configuration.md', () => {
  it('has every setting', () => {
    const text = read('configuration');
    const [before, rest = ''] = text.split(BEGIN);
    const [found, after] = rest.split(END);
    if (process.env.UPDATE_GOLDEN)
      writeFileSync(page('configuration'), `${before}${BEGIN}${table()}${END}${after}`);
    else expect(found).toBe(table());
  });
});

describe('docs/migration.md', () => {
  it('has every flag that was replaced and every key that has no effect', () => {
    const text = read('migration');
    for (const flag of Object.keys(REPLACED_FLAGS)) expect(text).toContain(`\`${flag}`);
    for (const key of Object.keys(RETIRED_KEYS)) {
      expect(text).toContain(`\`${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}\``);
    }
  });

  it('names no flag as the same that is not there', () => {
    const kept = read('migration')
      .split('\n')
      .filter((line) => line.startsWith('| `--') && /\| (the same|accepted)/.test(line))
      .flatMap((line) => line.split('|')[1]!.match(/--[a-z-]+/g) ?? []);
    const actions = {} as Parameters<typeof buildProgram>[1];
    const run = buildProgram('1', actions, () => {}).commands.find((command) => command.name() === 'run')!;
    expect(run.options.map(({long}) => long)).toEqual(expect.arrayContaining(kept));
  });
});

describe('the settings', () => {
  it('are those of the flags of a task, but for what belongs to one call', () => {
    const actions = {} as Parameters<typeof buildProgram>[1];
    const run = buildProgram('1', actions, () => {}).commands.find((command) => command.name() === 'run')!;
    const flags = run.options.filter(({hidden}) => !hidden).map(({long}) => long!);
    const settings = SETTING_KEYS.flatMap((key) => SETTINGS[key].flag.split(', '));
    const others = flags.filter((flag) => !settings.includes(flag));
    expect(others.toSorted()).toEqual(OF_ONE_CALL.filter((flag) => flags.includes(flag)).toSorted());
  });

  it('have a variable each, but for variables', () => {
    expect(SETTING_KEYS.filter((key) => !VARIABLE_KEYS.includes(key))).toEqual(['env']);
  });

  it('are all in the example, and each of them can be used', () => {
    const commented = exampleFile();
    expect(settingsOf(readDocument('/f', commented)).settings).toEqual({});
    const used = commented.replaceAll('  // "', '  "');
    const {settings, notes} = settingsOf(readDocument('/f', used));
    expect(Object.keys(settings).toSorted()).toEqual(SETTING_KEYS.toSorted());
    expect(notes).toEqual([]);
  });
});

/** Flags that are no settings. */
const OF_ONE_CALL = [
  '--file',
  '--cwd',
  '--json',
  '--no-streaming',
  '--config',
  '--no-config',
  '--show-config',
  '--logs-dir',
  '--session-log',
];
