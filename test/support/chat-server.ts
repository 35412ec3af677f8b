/** An endpoint for chat completions on 127.0.0.1 that answers each request as the test says. */
import {createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

export interface ChatRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

export type Reply = (response: ServerResponse, request: ChatRequest) => unknown;

export interface ChatServer {
  /** `http://127.0.0.1:<port>/v1` */
  endpoint: string;
  origin: string;
  /** Oldest first. */
  requests: ChatRequest[];
  /** Ends all connections, also those that hang. */
  close(): Promise<void>;
}

/** One reply for each request, the last one for all that follow. */
export async function startChatServer(...replies: Reply[]): Promise<ChatServer> {
  const requests: ChatRequest[] = [];
  const server = createServer(async (request, response) => {
    const reply = replies[Math.min(requests.length, replies.length - 1)]!;
    const body = await textOf(request);
    const seen = {path: request.url!, headers: request.headers, body: body === '' ? {} : JSON.parse(body)};
    requests.push(seen);
    await reply(response, seen);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {endpoint: `${origin}/v1`, origin, requests, close};
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** One event of a stream. */
export const event = (data: unknown): string =>
  `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

/** A piece of an answer with these fields in its choice. */
export const choice = (fields: Record<string, unknown>, more: Record<string, unknown> = {}): string =>
  event({id: 'chat-1', model: 'served', choices: [{index: 0, ...fields}], ...more});

export const word = (content: string): string => choice({delta: {content}, finish_reason: null});

export const finish = (reason: string | null = 'stop'): string => choice({delta: {}, finish_reason: reason});

export const usage = event({choices: [], usage: {prompt_tokens: 7, completion_tokens: 3}});

export const DONE = event('[DONE]');

/** A whole answer in these words. */
export const answer = (...words: string[]): string => `${words.map(word).join('')}${finish()}${usage}${DONE}`;

/** Sends it as a stream, and ends. */
export const streams =
  (text: string | Buffer, type = 'text/event-stream'): Reply =>
  (response) => {
    response.writeHead(200, {'content-type': type});
    response.end(text);
  };

/** Sends it and drops the connection. */
export const drops =
  (text: string): Reply =>
  (response) => {
    response.writeHead(200, {'content-type': 'text/event-stream'});
    if (text === '') response.flushHeaders();
    response.write(text || ': there\n\n', () => response.destroy());
  };

/** Sends it and nothing more. */
export const hangs =
  (text: string): Reply =>
  (response) => {
    response.writeHead(200, {'content-type': 'text/event-stream'});
    response.write(text);
  };

/** An error; objects are sent as JSON. */
export const refuses =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
