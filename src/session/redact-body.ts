import type {EventBody} from '../event.ts';

/** Fields with words of our own, which other programs compare. */
const FIXED_FIELDS: ReadonlySet<string> = new Set([
  'adapter',
  'ask',
  'branch',
  'cause',
  'clock',
  'code',
  'ending',
  'executor',
  'head',
  'how',
  'id',
  'kind',
  'level',
  'mark',
  'outcome',
  'permissionMode',
  'promptDelivery',
  'result',
  'signal',
  'status',
  'stream',
  'transport',
  'type',
  'verdict',
]);

/** Makes of `text`, which redacts a whole text, a function that redacts all texts of a body. */
export function bodyRedactor(text: (whole: string) => string): <T extends EventBody>(body: T) => T {
  const redactedValue = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return listOf(value);
    return typeof value === 'object' && value !== null ? fieldsOf(value) : value;
  };
  const listOf = (list: unknown[]): unknown[] => {
    const values = list.map(redactedValue);
    return values.some((value, index) => value !== list[index]) ? values : list;
  };
  const fieldsOf = (object: object): object => {
    const entries = Object.entries(object);
    const values = entries.map(([name, value]) => (FIXED_FIELDS.has(name) ? value : redactedValue(value)));
    if (values.every((value, index) => value === entries[index]![1])) return object;
    return Object.fromEntries(entries.map(([name], index) => [name, values[index]]));
  };
  return <T extends EventBody>(body: T) => fieldsOf(body) as T;
}
