/** Streams of JSON objects of several shapes, to measure readers with. */

export const MIB = 1024 * 1024;

export interface Shape {
  name: string;
  bytes: Buffer;
  /** The objects in `bytes`, as text. */
  sources: string[];
}

function event(index: number, textLength: number): Record<string, unknown> {
  const words = `step ${index}: the file is read, "quoted" and\nwritten`;
  return {
    type: 'assistant',
    session_id: '0f4ac1de-77a1-4d51-9b57-3f1c6e0a2b11',
    uuid: `${index.toString(16).padStart(8, '0')}-1c55-4e5a-a2b4-95e0c0ffee00`,
    parent_tool_use_id: null,
    usage: {input_tokens: index, output_tokens: index % 97, cost: 0.25, cached: index % 2 === 0},
    message: {
      role: 'assistant',
      content: [{type: 'text', text: words.repeat(Math.ceil(textLength / words.length))}],
    },
  };
}

/** Objects that end in a line end each. */
export function lines(name: string, totalBytes: number, textLength: number): Shape {
  const sources: string[] = [];
  for (let bytes = 0, index = 0; bytes < totalBytes; index++) {
    const source = JSON.stringify(event(index, textLength));
    sources.push(source);
    bytes += Buffer.byteLength(source) + 1;
  }
  return {name, bytes: Buffer.from(`${sources.join('\n')}\n`), sources};
}

/** A single object. */
export function oneLongLine(totalBytes: number): Shape {
  const items = lines('', totalBytes, 2000).sources.join(',');
  const source = `{"type":"result","items":[${items}]}`;
  return {name: 'one 64 MB line', bytes: Buffer.from(`${source}\n`), sources: [source]};
}

/** Each object over several lines, with what terminals and people put in between. */
export function prettyWithNoise(totalBytes: number): Shape {
  const sources = lines('', totalBytes * 0.8, 20).sources.map((line) =>
    JSON.stringify(JSON.parse(line), null, 2),
  );
  return {name: 'pretty-printed + noise', bytes: Buffer.from(withNoise(sources)), sources};
}

/** Each object over several lines, and nothing else. */
export function pretty(totalBytes: number): Shape {
  const {sources} = prettyWithNoise(totalBytes);
  return {name: 'pretty-printed', bytes: Buffer.from(`${sources.join('\n')}\n`), sources};
}

/** One behind the other, without a line end. */
export function concatenated(totalBytes: number): Shape {
  const {sources} = lines('', totalBytes, 1);
  return {name: 'concatenated', bytes: Buffer.from(sources.join('')), sources};
}

/** Lines with what terminals and people put in between. */
export function noisyLines(totalBytes: number): Shape {
  const {sources} = lines('', totalBytes, 1);
  return {name: 'lines + noise', bytes: Buffer.from(withNoise(sources)), sources};
}

const NOISE = [
  '\x1b[2K\x1b[1G\x1b[36m⠋\x1b[39m working …\r\n',
  '^C\x1b[?25h',
  'plain {text} with braces\n',
  '',
];

function withNoise(sources: readonly string[]): string {
  return sources.map((source, index) => `${NOISE[index % NOISE.length]}${source}\n`).join('');
}
