/** JSON Schemas: of a configuration file, for editors, and of what `config` and `trust` print with `--json`. */
import {SETTING_KEYS, SETTINGS} from './settings.ts';

const DIALECT = {$schema: 'https://json-schema.org/draft/2020-12/schema'};

const text = {type: 'string'};
const texts = {type: 'array', items: text};

/** Every key must be there, and no other. */
function closed(properties: Record<string, object>): object {
  return {type: 'object', properties, required: Object.keys(properties), additionalProperties: false};
}

const orNull = (schema: object) => ({anyOf: [schema, {type: 'null'}]});

const key = {enum: SETTING_KEYS};
const sha256 = {type: 'string', pattern: '^[0-9a-f]{64}$'};

/** By the name of their file: `schema/<name>.schema.json`. */
export const CONFIG_SCHEMAS: Readonly<Record<'config' | 'config-show' | 'trust', object>> = {
  config: {
    ...DIALECT,
    title: 'A configuration file of oneshot',
    description: 'Comments and trailing commas are allowed. Keys may be written in snake case too.',
    type: 'object',
    properties: {
      $schema: text,
      ...Object.fromEntries(
        SETTING_KEYS.map((name) => [
          name,
          {...orNull(SETTINGS[name].form.schema), description: SETTINGS[name].about},
        ]),
      ),
    },
  },
  'config-show': {
    ...DIALECT,
    title: 'What oneshot config show --json prints',
    ...closed({
      files: {
        type: 'array',
        items: closed({kind: {enum: ['home', 'project', 'named']}, path: text}),
      },
      refused: orNull(closed({path: text, keys: {type: 'array', items: key}})),
      settings: {type: 'array', items: closed({key, value: {}, from: texts})},
      notes: texts,
    }),
  },
  trust: {
    ...DIALECT,
    title: 'What oneshot trust --json prints: when it adds, when it removes, and with --list',
    anyOf: [
      closed({path: text, sha256, keys: {type: 'array', items: key}}),
      closed({path: text, wasTrusted: {type: 'boolean'}}),
      {
        type: 'array',
        items: closed({path: text, sha256, at: {type: 'number', description: 'ms since the epoch'}}),
      },
    ],
  },
};
