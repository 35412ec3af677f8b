/**
 * A scripted model on 127.0.0.1 that speaks the Anthropic Messages API and OpenAI chat completions, streamed or not.
 * It answers the main conversation from a script, side requests harmlessly, and records what was asked and sent.
 */
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {anthropicError, anthropicMessage, anthropicSteps, readAnthropic} from './anthropic.ts';
import {openaiError, openaiMessage, openaiSteps, readOpenai} from './openai.ts';
import {
  type Answer,
  type Delay,
  HARMLESS,
  type ModelRequest,
  type Refusal,
  type Script,
  type Step,
  type Turn,
} from './script.ts';

export interface ModelServer {
  port: number;
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** Requests of the main conversation, oldest first. */
  requests: ModelRequest[];
  /** Side requests, oldest first. */
  sideRequests: ModelRequest[];
  /** What the script did not foresee: unknown paths, unreadable bodies, requests after its end. Empty in a good test. */
  problems: string[];
  /** Ends all connections, also those that hang. */
  close(): Promise<void>;
}

export async function startModelServer(script: Script): Promise<ModelServer> {
  const state: ModelServer = {
    port: 0,
    url: '',
    requests: [],
    sideRequests: [],
    problems: [],
    close: async () => {},
  };
  const server = createServer((request, response) => {
    handle(state, script, request, response).catch((error: unknown) => {
      state.problems.push(`${request.method} ${request.url}: ${error}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.port = (server.address() as AddressInfo).port;
  state.url = `http://127.0.0.1:${state.port}`;
  state.close = () => close(server);
  return state;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function handle(
  state: ModelServer,
  script: Script,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split('?')[0] ?? '';
  const body = await readBody(request);
  switch (`${request.method} ${path}`) {
    case 'HEAD /':
    case 'GET /':
      response.end();
      return;
    case 'GET /v1/models':
      sendJson(response, 200, {object: 'list', data: [{id: 'scripted-model', object: 'model'}]});
      return;
    case 'POST /v1/messages/count_tokens':
      sendJson(response, 200, {input_tokens: Math.ceil(body.length / 4)});
      return;
    case 'POST /v1/messages':
      return answer(state, script, readAnthropic(JSON.parse(body), request.headers), response);
    case 'POST /v1/chat/completions':
      return answer(state, script, readOpenai(JSON.parse(body), request.headers), response);
    default:
      state.problems.push(`unknown request ${request.method} ${path}`);
      sendJson(response, 404, {error: {message: 'not part of the scripted model'}});
  }
}

async function answer(
  state: ModelServer,
  script: Script,
  request: ModelRequest,
  response: ServerResponse,
): Promise<void> {
  const id = `msg_${state.requests.length + state.sideRequests.length}`;
  const scripted = request.main ? nextAnswer(state, script, request) : HARMLESS;
  (request.main ? state.requests : state.sideRequests).push(request);
  if ('silence' in scripted) return;
  if ('status' in scripted) return refuse(request, response, scripted);
  await sendTurn(request, response, scripted, id);
}

function nextAnswer(state: ModelServer, script: Script, request: ModelRequest): Answer {
  const index = state.requests.length;
  const scripted = typeof script === 'function' ? script(request, index) : script[index];
  if (scripted) return scripted;
  state.problems.push(`request ${index + 1} came after the end of the script`);
  return HARMLESS;
}

function refuse(request: ModelRequest, response: ServerResponse, fault: Refusal): void {
  if (fault.retryAfterS !== undefined) response.setHeader('retry-after', String(fault.retryAfterS));
  sendJson(response, fault.status, (request.api === 'anthropic' ? anthropicError : openaiError)(fault));
}

async function sendTurn(
  request: ModelRequest,
  response: ServerResponse,
  turn: Turn,
  id: string,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  await wait(turn.afterMs ?? 0, gone.signal);
  if (!request.stream) {
    const message = request.api === 'anthropic' ? anthropicMessage : openaiMessage;
    return sendJson(response, 200, message(turn, request.model, id));
  }
  response.writeHead(200, {'content-type': 'text/event-stream', 'cache-control': 'no-cache'});
  const steps = (request.api === 'anthropic' ? anthropicSteps : openaiSteps)(turn, request.model, id);
  await sendSteps(request, response, turn, steps, gone.signal);
}

async function sendSteps(
  request: ModelRequest,
  response: ServerResponse,
  turn: Turn,
  steps: Iterable<Step>,
  gone: AbortSignal,
): Promise<void> {
  let pieces = 0;
  for (const step of steps) {
    if (turn.cut && pieces === turn.cut.afterPieces) {
      if (turn.cut.how === 'drop') response.destroy();
      return;
    }
    await wait(step.after, gone);
    if (gone.aborted) return;
    request.sent.push({at: performance.timeOrigin + performance.now(), text: step.data});
    await write(response, step.data, gone);
    if (step.piece) pieces++;
  }
  response.end();
}

/** Writes and waits until the system has taken it: what was sent before a drop does arrive. */
async function write(response: ServerResponse, data: string, gone: AbortSignal): Promise<void> {
  await wait(() => new Promise((resolve) => response.write(data, resolve)), gone);
}

/** Waits for `delay`, or until the connection is gone. */
async function wait(delay: Delay, gone: AbortSignal): Promise<void> {
  if (delay === 0 || gone.aborted) return;
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  gone.addEventListener('abort', stop);
  const timer = typeof delay === 'number' ? setTimeout(stop, delay) : undefined;
  await (typeof delay === 'number' ? stopped : Promise.race([stopped, delay()]));
  clearTimeout(timer);
  gone.removeEventListener('abort', stop);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, {'content-type': 'application/json'});
  response.end(JSON.stringify(value));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
