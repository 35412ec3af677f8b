/** Ways to get JSON objects out of a stream of bytes. */
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {type Duplex, PassThrough} from 'node:stream';
import {JSONParser} from '@streamparser/json';
import {streamValues} from 'stream-json/streamers/stream-values.js';
import {createDecoder} from '../../../src/frame/decoder.ts';

export interface Reader {
  /** A promise when it wants to be waited for. @throws, or rejects, when it breaks off */
  feed(chunk: Buffer): Promise<void> | undefined;
  end(): Promise<void> | undefined;
}

type OnObject = (value: unknown) => void;

/** By name, as in the report. */
export const READERS = {
  oneshot: oneshotReader,
  'indexOf + JSON.parse': indexOfReader,
  'readline + JSON.parse': readlineReader,
  '@streamparser/json': streamParserReader,
  'stream-json': streamJsonReader,
} as const satisfies Record<string, (onObject: OnObject) => Reader>;

export type ReaderName = keyof typeof READERS;

function oneshotReader(onObject: OnObject): Reader {
  const decoder = createDecoder({maxFrameBytes: 128 * 1024 * 1024});
  const hand = (frames: ReturnType<typeof decoder.feed>) => {
    for (const frame of frames) if (frame.kind === 'json') onObject(frame.value);
    return undefined;
  };
  return {feed: (chunk) => hand(decoder.feed(chunk)), end: () => hand(decoder.end())};
}

/** What one writes oneself: keep the pieces of a line, join them once. */
function indexOfReader(onObject: OnObject): Reader {
  let pending: Buffer[] = [];
  const line = (last: Buffer) => {
    parseLine(
      pending.length === 0 ? last.toString() : Buffer.concat([...pending, last]).toString(),
      onObject,
    );
    pending = [];
  };
  return {
    feed(chunk) {
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        line(chunk.subarray(from, end));
        from = end + 1;
      }
      if (from < chunk.length) pending.push(Buffer.from(chunk.subarray(from)));
      return undefined;
    },
    end() {
      if (pending.length > 0) line(Buffer.alloc(0));
      return undefined;
    },
  };
}

function parseLine(line: string, onObject: OnObject): void {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return;
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) onObject(value);
}

function readlineReader(onObject: OnObject): Reader {
  const input = new PassThrough();
  const lines = createInterface({input, crlfDelay: Number.POSITIVE_INFINITY});
  lines.on('line', (line) => parseLine(line, onObject));
  const closed = once(lines, 'close');
  return {
    feed: (chunk) => (input.write(chunk) ? undefined : drained(input)),
    async end() {
      input.end();
      await closed;
    },
  };
}

function streamParserReader(onObject: OnObject): Reader {
  const parser = new JSONParser({separator: '', paths: ['$'], keepStack: false});
  parser.onValue = ({value}) => onObject(value);
  parser.onError = (error) => {
    throw error;
  };
  return {
    feed(chunk) {
      parser.write(chunk);
      return undefined;
    },
    end() {
      if (!parser.isEnded) parser.end();
      return undefined;
    },
  };
}

function streamJsonReader(onObject: OnObject): Reader {
  const stream = streamValues.withParserAsStream();
  const failed = new Promise<never>((_, reject) => stream.once('error', reject));
  failed.catch(() => {});
  stream.on('data', ({value}: {value: unknown}) => onObject(value));
  return {
    feed: (chunk) => (stream.write(chunk) ? undefined : Promise.race([drained(stream), failed])),
    async end() {
      stream.end();
      await Promise.race([once(stream, 'end'), failed]);
    },
  };
}

async function drained(stream: Duplex): Promise<void> {
  await once(stream, 'drain');
}
