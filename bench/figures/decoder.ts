/** The frame decoder against `JSON.parse(buffer.toString())` of each line, which somebody else has found already. */
import type {FrameDecoder} from '../../src/frame/decoder.ts';
import {builtLibrary} from '../build.ts';
import {lines, MIB, oneLongLine, type Shape} from '../shapes.ts';
import {defineFigures} from './figure.ts';
import {cpuMs, inTurn, medianRatio} from './pairs.ts';

/** What a PTY hands over at most. */
const CHUNK_BYTES = 4095;
const MAX_FRAME_BYTES = 128 * MIB;

interface Counts {
  rounds: number;
  /** Of the streams of lines; that of one line has always 64 MB. */
  streamMB: number;
}

export const decoder = defineFigures({
  full: {rounds: 15, streamMB: 32} as Counts,
  reduced: {rounds: 7, streamMB: 8},
  targets: {
    'decoder, 340 B lines': {atLeast: 0.75},
    'decoder, 4 KB lines': {atLeast: 0.4},
    'decoder, one line of 64 MB': {atLeast: 0.4},
  },
  method:
    'throughput in chunks of 4,095 bytes ÷ that of JSON.parse(buffer.toString()) of Buffers with one line each; CPU time, in turn',
  async measure({rounds, streamMB}, progress) {
    const {createDecoder} = await builtLibrary();
    const newDecoder = () => createDecoder({maxFrameBytes: MAX_FRAME_BYTES});
    const ratioOf = async (shape: Shape) => {
      progress(`decoder: ${shape.name}`);
      const buffers = shape.sources.map((source) => Buffer.from(source));
      const work = [
        () => cpuMs(() => parse(buffers)),
        () => cpuMs(() => decode(shape, newDecoder())),
      ] as const;
      await inTurn(1, ...work);
      return medianRatio(await inTurn(rounds, ...work));
    };
    return {
      'decoder, 340 B lines': await ratioOf(lines('340 B lines', streamMB * MIB, 1)),
      'decoder, 4 KB lines': await ratioOf(lines('4 KB lines', streamMB * MIB, 3600)),
      'decoder, one line of 64 MB': await ratioOf(oneLongLine(63 * MIB)),
    };
  },
});

function parse(buffers: readonly Buffer[]): void {
  for (const buffer of buffers) JSON.parse(buffer.toString());
}

/** Decodes all of it, and makes sure that no object is missing. */
function decode({name, bytes, sources}: Shape, decoder: FrameDecoder): void {
  let objects = 0;
  const count = (frames: ReturnType<FrameDecoder['feed']>) => {
    for (const frame of frames) if (frame.kind === 'json') objects++;
  };
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    count(decoder.feed(bytes.subarray(at, at + CHUNK_BYTES)));
  count(decoder.end());
  if (objects !== sources.length) throw new Error(`${name}: ${objects} of ${sources.length} objects`);
}
