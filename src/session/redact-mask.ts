/** What stands in the place of a secret. */

const QUOTE = 0x22;
const STAR = 0x2a;
const DIGIT_ZERO = 0x30;
const DIGIT_ONE = 0x31;
const OPENING = Buffer.from('{[');
const CLOSING = Buffer.from('}]');
/** With a digit that its mask, which is made of ones, does not have. */
const NUMBER = /^(?=.*[02-9])-?\d+(\.\d+)?$/;

/**
 * Masks `bytes` in place: `[redacted:NAME]***`, the name left out where there is no room for it. It needs no escape in a
 * JSON string. A number stays a number, and a JSON object or array becomes a string.
 */
export function maskOf(bytes: Buffer, name: string, isSecret: boolean): void {
  if (isSecret && NUMBER.test(bytes.toString('latin1'))) maskDigits(bytes);
  else maskText(bytes, name, isSecret);
}

function maskText(bytes: Buffer, name: string, isSecret: boolean): void {
  const isValue = isSecret && isJsonValue(bytes);
  const inner = isValue ? bytes.subarray(1, -1) : bytes;
  inner.fill(STAR);
  const label = [`[redacted:${name}]`, '[redacted]'].find((one) => Buffer.byteLength(one) <= inner.length);
  inner.write(label ?? '');
  if (isValue) bytes[0] = bytes[bytes.length - 1] = QUOTE;
}

function maskDigits(bytes: Buffer): void {
  for (const [index, byte] of bytes.entries()) if (byte >= DIGIT_ZERO) bytes[index] = DIGIT_ONE;
}

/** Begins and ends as one, with a quote that no backslash makes part of a string. */
function isJsonValue(bytes: Buffer): boolean {
  const kind = OPENING.indexOf(bytes[0]!);
  return kind !== -1 && bytes.at(-1) === CLOSING[kind] && /[^\\]"/.test(bytes.toString('latin1'));
}
