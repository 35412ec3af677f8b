import {OneshotError} from '../error.ts';

const PATH = '/chat/completions';

/**
 * Where the chat completions of an endpoint are asked for: `http://127.0.0.1:11434/v1`, with or without a slash or
 * `/chat/completions` at its end. A query stays.
 * @param name what the endpoint is called in an error
 * @throws OneshotError INVALID_OPTION
 */
export function chatUrl(endpoint: string, name = 'the endpoint'): URL {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (url && (url.username !== '' || url.password !== '')) {
    // Not repeated: the line may be shown to others.
    const nextStep =
      'Take it out, and name the variable that holds the key with --worker-api-key-env or the like.';
    throw new OneshotError('INVALID_OPTION', `${name} holds a user name or a password`, nextStep);
  }
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const message = `${name} ${JSON.stringify(endpoint.slice(0, 80))} is no address of http or https`;
    throw new OneshotError('INVALID_OPTION', message, 'Give one such as http://127.0.0.1:11434/v1.');
  }
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(PATH) ? path : `${path}${PATH}`;
  url.hash = '';
  return url;
}
