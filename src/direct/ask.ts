/** One request and its answer. */
import type {Clock} from '../clock.ts';
import type {Json} from '../fields.ts';
import {isRetriable, retryAfterMs} from '../retry.ts';
import {Answer, type AnswerEnd} from './answer.ts';
import {BodyReader} from './body.ts';
import type {Tell} from './line.ts';
import type {DirectOptions} from './options.ts';
import {connectionProblem, post} from './post.ts';
import {errorOfBody} from './server-error.ts';
import {Watch} from './watch.ts';

export interface Question {
  options: DirectOptions;
  key: string | null;
  request: Json;
  clock: Clock;
}

/** `afterMs`: how long the server asks to be left alone, or null. */
export type Asked = {answer: Answer; end: AnswerEnd; afterMs: number | null};

/** For what comes behind the last word: its usage, and the end of the stream. */
const TAIL_MS = 5_000;

/** Enough of an error to read it. */
const MAX_ERROR_BYTES = 64 * 1024;

/** Every failure is a value. */
export async function ask({options, key, request, clock}: Question, tell: Tell): Promise<Asked> {
  const {url, firstTokenMs, idleMs} = options;
  const answer = new Answer();
  const watch = new Watch(clock);
  const answered = (end: AnswerEnd, afterMs: number | null = null): Asked => ({answer, end, afterMs});
  try {
    watch.allow(firstTokenMs, `no answer within ${firstTokenMs / 1000} s`);
    const response = await post({url, key, body: JSON.stringify(request), signal: watch.signal});
    if (!(response instanceof Response)) return answered(redirected(response.redirectedTo));
    if (!response.ok) {
      return answered(
        refused(response, await beginningOf(response), url),
        retryAfterMs(response.headers, clock.now()),
      );
    }
    const goOn = () => {
      if (answer.isFinished) watch.allow(TAIL_MS, 'the server does not end its answer');
      else if (answer.hasBegun) watch.allow(idleMs, `the answer stopped for ${idleMs / 1000} s`);
    };
    await read(response, answer, tell, goOn);
    return answered(answer.end(null));
  } catch (error) {
    return answered(answer.end(connectionProblem(error)));
  } finally {
    watch.release();
  }
}

/** Comments are no pieces: a server that says nothing but that it is there does not get on. */
async function read(response: Response, answer: Answer, tell: Tell, goOn: () => void): Promise<void> {
  const reader = new BodyReader();
  const see = (pieces: ReturnType<BodyReader['feed']>) => {
    for (const piece of pieces) for (const line of answer.see(piece)) tell(line);
    if (pieces.length > 0) goOn();
  };
  for await (const bytes of response.body ?? []) {
    see(reader.feed(bytes));
    if (answer.isOver) return;
  }
  see(reader.end());
}

async function beginningOf({body}: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of body ?? []) {
      parts.push(part);
      bytes += part.length;
      if (bytes > MAX_ERROR_BYTES) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(parts).toString();
}

function refused({status, statusText}: Response, body: string, url: URL): AnswerEnd {
  const reason = `HTTP ${status}: ${errorOfBody(body) || statusText}${adviceFor(status, url)}`;
  return {ok: false, finishReason: null, text: null, reason, status, canRetry: isRetriable(status)};
}

function adviceFor(status: number, {pathname}: URL): string {
  if (status === 401 || status === 403) return ' (is the key right?)';
  if (status === 404 && pathname === '/chat/completions') return ' (does the endpoint end in /v1?)';
  return '';
}

function redirected(target: string): AnswerEnd {
  const reason = `the endpoint redirects to ${target}, which is not followed: name the right endpoint`;
  return {ok: false, finishReason: null, text: null, reason, status: null, canRetry: false};
}
