/**
 * The grammar of JSON (RFC 8259, what `JSON.parse` takes) as a table: `TRANSITIONS[state << 8 | byte]` is the next state, or
 * one of the actions below, for which the container on top of the stack must be known. Bytes from 0x80 stand in strings only.
 */
export const TRANSITIONS = new Uint8Array(64 * 256);

/** What a byte leads to when it is no state. Everything from `OPEN_OBJECT` on is an action. */
export const OPEN_OBJECT = 64;
export const OPEN_ARRAY = 65;
export const CLOSE_OBJECT = 66;
export const CLOSE_ARRAY = 67;
export const COMMA = 68;
export const REJECT = 69;
export const CLOSED = 70;

/** Inside a string: the two lowest states, so that `<= VALUE_STRING` tells them, and a row of the table begins at the byte. */
export const KEY_STRING = 0;
export const VALUE_STRING = 1;
/** After `{`: a key or `}`. */
export const OBJECT_START = 2;
/** After `[`: a value or `]`. */
export const ARRAY_START = 3;
/** After `,` in an object. */
export const KEY = 4;
/** After `:`, and after `,` in an array. */
export const VALUE = 5;
/** After a value: `,` or what closes the container. */
export const AFTER_VALUE = 6;
const COLON = 7;

const BLANK = ' \t\n\r';
const DIGITS = '0123456789';
const HEX = `${DIGITS}abcdefABCDEF`;
/** How many states have a number so far. */
let states = 8;

TRANSITIONS.fill(REJECT);
for (const state of [OBJECT_START, KEY, COLON, VALUE]) on(state, BLANK, state);
on(OBJECT_START, '}', CLOSE_OBJECT);
for (const state of [OBJECT_START, KEY]) on(state, '"', KEY_STRING);
on(COLON, ':', VALUE);
on(VALUE, '{', OPEN_OBJECT);
on(VALUE, '[', OPEN_ARRAY);
on(VALUE, '"', VALUE_STRING);
for (const literal of ['true', 'false', 'null']) addLiteral(VALUE, literal);
addNumber(VALUE);
TRANSITIONS.copyWithin(ARRAY_START << 8, VALUE << 8, (VALUE + 1) << 8);
on(ARRAY_START, BLANK, ARRAY_START);
on(ARRAY_START, ']', CLOSE_ARRAY);
addAfterValue(AFTER_VALUE);
addString(KEY_STRING, COLON);
addString(VALUE_STRING, AFTER_VALUE);

function on(state: number, bytes: string, next: number): void {
  for (const byte of Buffer.from(bytes, 'latin1')) TRANSITIONS[(state << 8) | byte] = next;
}

function addLiteral(from: number, literal: string): void {
  let state = from;
  for (const letter of literal.slice(0, -1)) {
    const next = states++;
    on(state, letter, next);
    state = next;
  }
  on(state, literal.slice(-1), AFTER_VALUE);
}

/** A number ends where something else begins, so its last states also go where `AFTER_VALUE` goes. */
function addNumber(from: number): void {
  const [minus, zero, integer, point] = [states++, states++, states++, states++];
  const [fraction, e, sign, exponent] = [states++, states++, states++, states++];
  for (const state of [zero, integer, fraction, exponent]) addAfterValue(state);
  on(from, '-', minus);
  for (const state of [from, minus]) {
    on(state, '0', zero);
    on(state, '123456789', integer);
  }
  for (const state of [zero, integer]) on(state, '.', point);
  for (const state of [zero, integer, fraction]) on(state, 'eE', e);
  on(integer, DIGITS, integer);
  for (const state of [point, fraction]) on(state, DIGITS, fraction);
  on(e, '+-', sign);
  for (const state of [e, sign, exponent]) on(state, DIGITS, exponent);
}

function addAfterValue(state: number): void {
  on(state, BLANK, AFTER_VALUE);
  on(state, ',', COMMA);
  on(state, '}', CLOSE_OBJECT);
  on(state, ']', CLOSE_ARRAY);
}

function addString(string: number, after: number): void {
  for (let byte = 0x20; byte <= 0xff; byte++) TRANSITIONS[(string << 8) | byte] = string;
  on(string, '"', after);
  const escaped = states++;
  on(string, '\\', escaped);
  on(escaped, '"\\/bfnrt', string);
  let state = escaped;
  for (const accepted of ['u', HEX, HEX, HEX]) {
    const next = states++;
    on(state, accepted, next);
    state = next;
  }
  on(state, HEX, string);
}
