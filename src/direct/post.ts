/** One request. */
import {messageOf} from '../error.ts';

export interface Post {
  url: URL;
  key: string | null;
  /** JSON. */
  body: string;
  signal: AbortSignal;
}

/** A redirection that is not followed. */
export interface Redirected {
  redirectedTo: string;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 5;

/**
 * The answer, or where the server redirects to: prompt and key go to the endpoint's own origin and nowhere else.
 * @throws whatever `fetch` does: `connectionProblem` reads it
 */
export async function post({url, key, body, signal}: Post): Promise<Response | Redirected> {
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream, application/json',
    ...(key !== null && {authorization: `Bearer ${key}`}),
  };
  let to = url;
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(to, {method: 'POST', headers, body, signal, redirect: 'manual'});
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (location === null || !URL.canParse(location, to.href)) return response;
    await response.body?.cancel();
    to = new URL(location, to);
    if (to.origin !== url.origin) return {redirectedTo: to.origin};
    if (redirects === MAX_REDIRECTS) return {redirectedTo: to.pathname};
  }
}

/** What went wrong below HTTP: `fetch` itself says no more than that it failed. */
export function connectionProblem(error: unknown): string {
  const {cause} = error as {cause?: unknown};
  if (cause === undefined) return messageOf(error);
  const {errors, code} = cause as {errors?: unknown[]; code?: unknown};
  const [first] = errors ?? [];
  return messageOf(first ?? cause) || String(code);
}
