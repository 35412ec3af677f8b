/** A web server on the loopback that answers as it is told and keeps what it got. */
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

export interface Got {
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Of the first, second … request; the last one again when there are no more. */
export type Answer = (response: ServerResponse) => void;

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(code, headers).end('said the server');
  };

export const silence: Answer = () => {};

export const hangUp: Answer = (response) => response.socket?.destroy();

export class Hook {
  readonly got: Got[] = [];
  readonly #server;

  constructor(...answers: Answer[]) {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      this.got.push({path: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString()});
      answers[Math.min(this.got.length, answers.length) - 1]!(response);
    });
  }

  /** The URL, whose path is a secret. */
  async start(): Promise<string> {
    await new Promise<void>((settle) => this.#server.listen(0, '127.0.0.1', settle));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook-s3cret`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((settle) => this.#server.close(settle));
  }
}
