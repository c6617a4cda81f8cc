import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
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

/** Answers what is no request, or not in time, and ends the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = problemOf(error.code);
  const body = JSON.stringify(problemDocument(problem));
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nConnection: close\r\n` +
      `Content-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
