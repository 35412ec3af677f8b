/**
 * An event as a line of the log, the very text of `JSON.stringify`. Written here by hand but for the body: every event
 * passes, and numbers and names that are the same in all of them cost more than what is said in one.
 */
import type {EventBody, EventHead, RawSpan} from '../event.ts';
import type {WriteBlock} from './write-block.ts';

const COMMA = 0x2c;
const NEWLINE = 0x0a;
const CLOSE_BRACE = 0x7d;
const VERSION = Buffer.from('{"v":');
const SEQ = Buffer.from(',"seq":');
const RAW = {
  stdout: Buffer.from(',"raw":{"stream":"stdout","offset":'),
  stderr: Buffer.from(',"raw":{"stream":"stderr","offset":'),
};
const LENGTH = Buffer.from(',"length":');

export class EventLines {
  /** What comes between number and body, as it was in the event before. */
  #middle = Buffer.alloc(0);
  #of: Omit<EventHead, 'v' | 'seq' | 'raw'> | null = null;

  /** Adds the line of the event with this head and body, its end included. */
  add(block: WriteBlock, head: EventHead, body: EventBody, raw: RawSpan | undefined): void {
    block.add(VERSION);
    block.addNumber(head.v);
    block.add(SEQ);
    block.addNumber(head.seq);
    block.add(this.#middleOf(head));
    const bodyStart = block.length;
    block.addText(JSON.stringify(body));
    // The braces of the body are those of the event.
    block.replaceByte(bodyStart, COMMA);
    if (raw) {
      block.cutTo(block.length - 1);
      block.add(RAW[raw.stream]);
      block.addNumber(raw.offset);
      block.add(LENGTH);
      block.addNumber(raw.length);
      block.addByte(CLOSE_BRACE);
      block.addByte(CLOSE_BRACE);
    }
    block.addByte(NEWLINE);
  }

  #middleOf({at, session, iteration, role, source}: EventHead): Buffer {
    const last = this.#of;
    const isSame =
      last !== null &&
      last.at === at &&
      last.iteration === iteration &&
      last.role === role &&
      last.source === source &&
      last.session === session;
    if (!isSame) {
      this.#of = {at, session, iteration, role, source};
      this.#middle = Buffer.from(`,${JSON.stringify(this.#of).slice(1, -1)}`);
    }
    return this.#middle;
  }
}
