import {type FileHandle, open} from 'node:fs/promises';
import {join} from 'node:path';
import {systemClock} from '../clock.ts';
import type {OneshotEvent} from '../event.ts';
import {type FoundSession, findSession} from '../session/find.ts';
import {followEvents} from '../session/follow.ts';
import {
  type ListOptions,
  type LookOptions,
  listSessions as listIn,
  type SessionList,
} from '../session/list.ts';
import {lockOwner} from '../session/lock.ts';
import {readEvents, unreadable} from '../session/read.ts';
import {Lookup} from '../transport/lookup.ts';
import {reportSession, type SessionReport} from '../view/session-report.ts';
import {type PlaceOptions, stateFolder} from './surroundings.ts';

export interface EventsOptions {
  /** Number of the first event that is wanted. @default 1 */
  fromSeq?: number;
}

export interface FollowOptions extends EventsOptions {
  /** Aborted: the iteration ends. @default it ends with the session */
  signal?: AbortSignal;
}

/** A recorded session. It holds nothing open; whoever works in it, this or another process, goes on. */
export interface Session {
  readonly id: string;
  /** Absolute path of its folder. */
  readonly dir: string;
  /** The events that are recorded now, in order, at the pace of whoever iterates. Lines that are no event are left out. */
  events(options?: EventsOptions): AsyncGenerator<OneshotEvent, void, undefined>;
  /** The same, and on while somebody works in the session. */
  follow(options?: FollowOptions): AsyncGenerator<OneshotEvent, void, undefined>;
  /** What `oneshot show --json` prints. */
  report(): Promise<SessionReport>;
  /** The bytes that an event was read from; null where it has none. */
  bytesOf(event: OneshotEvent): Promise<Uint8Array | null>;
}

/**
 * @param id a whole id, the beginning or the end of one, or `last`
 * @throws OneshotError SESSION_NOT_FOUND when there is none or more than one, UNREADABLE_FILE
 */
export async function openSession(id: string, options: PlaceOptions = {}): Promise<Session> {
  return new RecordedSession(await findSession(stateFolder(options), id));
}

export type ListSessionsOptions = PlaceOptions & Pick<ListOptions, 'limit' | 'status'>;

/** Recorded sessions at a glance, newest first. @throws OneshotError UNREADABLE_FILE */
export function listSessions(options: ListSessionsOptions = {}): Promise<SessionList> {
  return listIn(stateFolder(options), {...options, ...lookOptions()});
}

export class RecordedSession implements Session {
  readonly id: string;
  readonly dir: string;

  constructor({id, dir}: FoundSession) {
    this.id = id;
    this.dir = dir;
  }

  async *events({fromSeq = 1}: EventsOptions = {}): AsyncGenerator<OneshotEvent, void, undefined> {
    for await (const event of readEvents(this.dir)) if (event.seq >= fromSeq) yield event;
  }

  follow({fromSeq = 1, signal = never()}: FollowOptions = {}): AsyncGenerator<OneshotEvent, void, undefined> {
    const {clock, ...look} = lookOptions();
    const isOwnerAlive = async () => (await lockOwner(this.dir, {clock, ...look})) !== null;
    return followEvents(this.dir, {fromSeq, signal, clock, isOwnerAlive});
  }

  report(): Promise<SessionReport> {
    return reportSession(this, lookOptions());
  }

  async bytesOf({iteration, role, raw}: OneshotEvent): Promise<Uint8Array | null> {
    if (!raw || role === null) return null;
    const path = join(this.dir, String(iteration), `${role}.${raw.stream}`);
    const bytes = new Uint8Array(raw.length);
    let file: FileHandle | null = null;
    try {
      file = await open(path, 'r');
      const {bytesRead} = await file.read(bytes, 0, raw.length, raw.offset);
      return bytes.subarray(0, bytesRead);
    } catch (cause) {
      throw unreadable(path, cause);
    } finally {
      await file?.close();
    }
  }
}

function lookOptions(): LookOptions {
  return {clock: systemClock, processes: new Lookup()};
}

/** A signal that nobody aborts. */
function never(): AbortSignal {
  return new AbortController().signal;
}
