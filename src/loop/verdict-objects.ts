/** JSON objects in a text: lenient about how they are written, exact about where they are. */
import {jsonrepair} from 'jsonrepair';
import type {Passage} from './verdict-passages.ts';

export interface FoundObject extends Passage {
  /** By their names in lower case. */
  fields: Readonly<Record<string, unknown>>;
  /** `json`: it is JSON. `repaired`: it could be mended. */
  how: 'json' | 'repaired';
  /** Names, in lower case, that an object in it has more than once. */
  repeated: ReadonlySet<string>;
}

/** Longest object that is mended, in characters. */
const MAX_REPAIR_CHARS = 64 * 1024;

/** The outermost `{…}` of a passage that are, or can be mended to, JSON objects. Takes time in proportion to its length. */
export function objectsIn(text: string, {start, end}: Passage): FoundObject[] {
  const found: FoundObject[] = [];
  let open = 0;
  let begin = start;
  for (let index = start; index < end; index++) {
    const char = text[index];
    if (char === '"' && open > 0) index = endOfString(text, index, end);
    else if (char === '{' && beginsObject(text, index)) {
      if (open++ === 0) begin = index;
    } else if (char === '}' && open > 0 && --open === 0) {
      const object = parseObject(text.slice(begin, index + 1));
      if (object) found.push({...object, start: begin, end: index + 1});
    }
  }
  return found;
}

/** Whether the `{` at `index` can begin an object; one in prose or in code mostly cannot. */
function beginsObject(text: string, index: number): boolean {
  OBJECT_BEGIN.lastIndex = index;
  return OBJECT_BEGIN.test(text);
}

const OBJECT_BEGIN = /\{\s{0,80}(?:["'“‘}]|\/[/*]|[A-Za-z_]\w{0,80}\s{0,80}:)/y;

/**
 * Index of the quote that ends the string begun at `index`. One over several lines, as models write them, ends where JSON
 * could go on; any other that is left open ends with its line.
 */
function endOfString(text: string, index: number, end: number): number {
  let lineEnd = -1;
  for (let at = index + 1; at < end; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '\n' && lineEnd === -1) lineEnd = at;
    else if (char === '"') return lineEnd === -1 || endsValue(text, at) ? at : lineEnd;
  }
  return lineEnd === -1 ? end : lineEnd;
}

function endsValue(text: string, quote: number): boolean {
  VALUE_END.lastIndex = quote;
  return VALUE_END.test(text);
}

const VALUE_END = /"\s{0,80}[,}\]]/y;

/** `source` begins with `{` and ends with the `}` that closes it. */
function parseObject(source: string): Pick<FoundObject, 'fields' | 'how' | 'repeated'> | null {
  for (const how of ['json', 'repaired'] as const) {
    if (how === 'repaired' && source.length > MAX_REPAIR_CHARS) return null;
    try {
      const json = how === 'json' ? source : jsonrepair(source);
      const entries = Object.entries(JSON.parse(json) as object);
      const fields = Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
      return {fields, how, repeated: repeatedNames(json)};
    } catch {
      // Not JSON this way.
    }
  }
  return null;
}

const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}:]/gs;

/** `JSON.parse` takes the last of two fields with one name, and says nothing. */
function repeatedNames(json: string): Set<string> {
  const repeated = new Set<string>();
  const objects: Set<string>[] = [];
  let last = '';
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '{') objects.push(new Set());
    else if (token === '}') objects.pop();
    else if (token === ':') {
      const name = (JSON.parse(last) as string).toLowerCase();
      const names = objects.at(-1)!;
      if (names.has(name)) repeated.add(name);
      names.add(name);
    }
    last = token;
  }
  return repeated;
}
