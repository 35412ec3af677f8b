/** Writes the JSON Schemas of the package; tests keep them equal to what they come from. */
import {writeFileSync} from 'node:fs';
import {CONFIG_SCHEMAS} from '../src/cli/config/schema.ts';
import {outputJsonSchemas} from '../src/cli/output-schema.ts';
import {eventJsonSchema} from '../src/event-schema.ts';

const schemas = {event: eventJsonSchema(), ...outputJsonSchemas(), ...CONFIG_SCHEMAS};
for (const [name, schema] of Object.entries(schemas)) {
  const target = new URL(`../schema/${name}.schema.json`, import.meta.url);
  writeFileSync(target, `${JSON.stringify(schema, null, 2)}\n`);
}
