/**
 * An event as a line of the log, the very text of `JSON.stringify`. Only the body is left to it: every event passes here,
 * and it is slow with the numbers and names that all of them have.
 */
import type {EventBody, EventHead, RawSpan} from '../event.ts';

type Constant = Pick<EventHead, 'session' | 'iteration' | 'role' | 'source'>;

export class EventLines {
  /** What comes between time and body, as it was in the event before. */
  #middle = '';
  #of: Constant | null = null;

  /** The line of the event with this head and body, its end included. */
  line(head: EventHead, body: EventBody, raw: RawSpan | undefined): string {
    const {v, seq, at} = head;
    const fields = JSON.stringify(body).slice(1, -1);
    return `{"v":${v},"seq":${seq},"at":${at},${this.#middleOf(head)},${fields}${raw ? rawField(raw) : ''}}\n`;
  }

  #middleOf({session, iteration, role, source}: EventHead): string {
    const last = this.#of;
    const isSame =
      last !== null &&
      last.iteration === iteration &&
      last.role === role &&
      last.source === source &&
      last.session === session;
    if (!isSame) {
      this.#of = {session, iteration, role, source};
      this.#middle = JSON.stringify(this.#of).slice(1, -1);
    }
    return this.#middle;
  }
}

function rawField({stream, offset, length}: RawSpan): string {
  return `,"raw":{"stream":"${stream}","offset":${offset},"length":${length}}`;
}
