/** Reading fields of JSON that somebody else wrote: a field of another type counts as absent. */

export type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** An object; an empty one for anything else. */
export function object(value: unknown): Json {
  return isJson(value) ? value : {};
}

/** The objects of an array; none for anything else. */
export function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

/** The JSON object that a text holds; an empty one when it holds none. */
export function parsed(value: string | null): Json {
  try {
    return object(JSON.parse(value ?? ''));
  } catch {
    return {};
  }
}

/** The sum of those that are known, null when none is. */
export function sum(...values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}
