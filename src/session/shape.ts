/**
 * Whether a value is an event of this version, by the published schema. A change of one bit can turn a key or the name of a
 * type into another; what is not exactly an event must not be taken for one. Fields that the schema does not have are let be.
 */
import schema from '../../schema/event.schema.json' with {type: 'json'};
import type {OneshotEvent} from '../event.ts';

type Check = (value: unknown) => boolean;

/** What the schema uses of JSON Schema. */
interface Schema {
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  type?: string | readonly string[];
  /** Of every integer. */
  minimum?: number;
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
}

export function isEvent(value: unknown): value is OneshotEvent {
  checks ??= checksByType();
  return checks.get((value as {type?: unknown} | null)?.type)?.(value) === true;
}

/** Made when the first log is read: most commands read none. */
let checks: ReadonlyMap<unknown, Check> | undefined;

function checksByType(): ReadonlyMap<unknown, Check> {
  const events = schema.oneOf as readonly Schema[];
  return new Map(events.map((event) => [event.properties?.type?.const, checkOf(event)]));
}

function checkOf(node: Schema): Check {
  const {const: only, enum: words, anyOf, minimum, type} = node;
  if (only !== undefined) return (value) => value === only;
  if (words) return (value) => words.includes(value);
  if (anyOf) {
    const checks = anyOf.map(checkOf);
    return (value) => checks.some((check) => check(value));
  }
  if (typeof type === 'object') {
    const checks = type.map((one) => checkOf({...node, type: one}));
    return (value) => checks.some((check) => check(value));
  }
  switch (type) {
    case 'object':
      return objectCheck(node);
    case 'array':
      return arrayCheck(node);
    case 'integer':
      return (value) => Number.isSafeInteger(value) && (value as number) >= minimum!;
    case 'null':
      return (value) => value === null;
    case undefined:
      return () => true;
    default:
      return (value) => typeof value === type;
  }
}

function objectCheck({properties = {}, required = []}: Schema): Check {
  const checks = Object.entries(properties).map(([name, node]) => ({
    name,
    check: checkOf(node),
    optional: !required.includes(name),
  }));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const fields = value as Record<string, unknown>;
    return checks.every(({name, check, optional}) =>
      Object.hasOwn(fields, name) ? check(fields[name]) : optional,
    );
  };
}

function arrayCheck({items = {}}: Schema): Check {
  const check = checkOf(items);
  return (value) => Array.isArray(value) && value.every(check);
}
