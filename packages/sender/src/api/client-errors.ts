import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { PROBLEM_TYPE, type Problem, problemDocument } from './problem.ts';

function problemOf(code: string | undefined): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        reason: 'RequestTimeout',
        detail: 'the request took too long to arrive',
      };
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, reason: 'HeadersTooLarge', detail: 'the headers are too large' };
    default:
      return { status: 400, reason: 'InvalidRequest', detail: 'the request is not HTTP/1.1' };
  }
}

function sendLastAnswer(problem: Problem, socket: Duplex): void {
  const body = JSON.stringify(problemDocument(problem));
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nConnection: close\r\n` +
      `Content-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

interface Exchange {
  readonly request: Pick<IncomingMessage, 'complete'>;
  readonly response: ServerResponse;
  /** Whether the connection ends with the response. */
  isLast: boolean;
}

/** Answers what is no request, or not in time, and ends the connection. */
export class ClientErrors {
  /** The latest of each connection. */
  readonly #exchanges = new WeakMap<Duplex, Exchange>();

  /** Knows from now on which requests are being answered. */
  follow(app: FastifyInstance): void {
    app.addHook('onRequest', ({ raw }, reply, done) => {
      this.#exchanges.set(raw.socket, { request: raw, response: reply.raw, isLast: false });
      done();
    });
  }

  answer(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const exchange = this.#exchanges.get(socket);
    if (exchange?.request.complete && !exchange.response.writableFinished) {
      // What is wrong follows a request that was in order: nobody is to take this for its answer.
      if (!exchange.isLast) exchange.response.once('finish', () => socket.end());
      exchange.isLast = true;
      return;
    }
    sendLastAnswer(problemOf(error.code), socket);
  }
}
