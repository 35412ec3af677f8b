/** What a server says of an error, in one line. */
import {isJson, number, text} from '../fields.ts';
import {oneLine} from '../text.ts';

const MAX_CHARS = 300;

export interface ServerError {
  message: string;
  /** HTTP status, or null where the server told none. */
  status: number | null;
}

/** The body of a refused request: JSON of any of the usual shapes, a page, or text. */
export function errorOfBody(body: string): string {
  return oneLine(messageIn(jsonOf(body)) ?? pageText(body), MAX_CHARS);
}

/** The error in a piece of an answer, or null where the piece is none. */
export function errorIn(value: unknown): ServerError | null {
  const found = Array.isArray(value) ? value[0] : value;
  if (!isJson(found)) return null;
  const {error, object: kind} = found;
  if ((error === undefined || error === null) && kind !== 'error') return null;
  const message = messageIn(found) ?? 'the server reports an error and does not say which';
  return {message: oneLine(message, MAX_CHARS), status: statusIn(error) ?? statusIn(found)};
}

function messageIn(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() || null;
  if (Array.isArray(value)) return messageIn(value[0]);
  if (!isJson(value)) return null;
  const {error, message, detail, msg} = value;
  return messageIn(error) ?? text(message) ?? messageIn(detail) ?? text(msg);
}

function statusIn(value: unknown): number | null {
  if (!isJson(value)) return null;
  const codes = [value.status, value.code].map((code) =>
    number(typeof code === 'string' ? Number(code) : code),
  );
  return codes.find((code) => code !== null && code >= 400 && code <= 599) ?? null;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** The title of a page, else its text. */
function pageText(body: string): string {
  const title = /<title[^>]*>([^<]+)<\/title>/i.exec(body)?.[1];
  return title ?? body.replace(/<(script|style)\b.*?<\/\1>|<[^>]*>/gis, ' ');
}
