/** Writes schema/event.schema.json from the zod schema; a test keeps the two equal. */
import {writeFileSync} from 'node:fs';
import {eventJsonSchema} from '../src/event-schema.ts';

const target = new URL('../schema/event.schema.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(eventJsonSchema(), null, 2)}\n`);
