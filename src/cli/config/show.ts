/** What `config show` tells: every setting, its value and where it came from. */
import {stripControl} from '../../text.ts';
import type {Config, ConfigFile, Refused} from './load.ts';
import {type Layer, merge} from './merge.ts';
import {SETTING_KEYS, SETTINGS, type SettingKey, type Settings} from './settings.ts';

export interface ShownConfig {
  files: ConfigFile[];
  /** What does not count until `oneshot trust`, or null. */
  refused: Refused | null;
  settings: ShownSetting[];
  /** What stands in a file without effect. */
  notes: string[];
}

export interface ShownSetting {
  key: SettingKey;
  /** As a file would hold it. Values of variables for the agent are null. */
  value: unknown;
  /** `default`, a path, a variable or a flag; several where they add up. */
  from: string[];
}

/** `layers`: of all places. */
export function shownConfig({files, refused, notes}: Config, layers: readonly Layer[]): ShownConfig {
  const {settings, origins} = merge(layers);
  return {
    files,
    refused,
    settings: SETTING_KEYS.map((key) => ({
      key,
      value: shownValue(key, settings),
      from: origins.get(key) ?? ['default'],
    })),
    notes: notes.map(({text}) => text),
  };
}

function shownValue<K extends SettingKey>(key: K, settings: Settings): unknown {
  const value = settings[key];
  const {form, normally} = SETTINGS[key];
  return value === undefined ? normally : (form.toJson as (value: unknown) => unknown)(value);
}

/** For a person, without the last line end. */
export function configLines({files, refused, settings, notes}: ShownConfig): string {
  const rows = settings.map(({key, value, from}) => [key, textOf(value), from.join(', ')] as const);
  const [keyWidth, valueWidth] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const untrusted =
    refused && `${refused.keys.join(', ')} of ${refused.path}: not trusted, see oneshot trust`;
  const lines = [
    ...files.map(({kind, path}) => `${kind} file: ${path}`),
    ...(files.length === 0 ? ['no configuration file'] : []),
    ...rows.map(([key, value, from]) => `${key.padEnd(keyWidth!)}  ${value.padEnd(valueWidth!)}  ${from}`),
    ...(untrusted ? [untrusted] : []),
    ...notes,
  ];
  return stripControl(lines.join('\n'));
}

function textOf(value: unknown): string {
  if (value === null) return '-';
  return typeof value === 'string' ? value.replace(/\s+/g, ' ') : JSON.stringify(value);
}
