import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error.ts';
import type { MemoryBudget } from './memory-budget.ts';

/** An update carries the old and the new object, 3 MB each at most, and the review around them. */
export const BODY_LIMIT = 7 * 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/** A body that was read; `bytes` of the budget are taken until its reader gives them back. */
export interface RequestBody {
  readonly text: string;
  readonly bytes: number;
}

/** Collects chunks; holds at most twice of what came, however small the chunks are. */
class BodyBuffer {
  readonly #budget: MemoryBudget;
  #buffer: Buffer = NOTHING;
  #length = 0;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  append(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > BODY_LIMIT) throw new HttpError(413);
    // Nearly every review comes in one chunk, which is kept as it is.
    if (this.#length === 0) this.#replace(chunk);
    else if (length > this.#buffer.length) this.#grow(length);
    if (this.#buffer !== chunk) chunk.copy(this.#buffer, this.#length);
    this.#length = length;
  }

  read(): RequestBody {
    return { text: this.#buffer.toString('utf8', 0, this.#length), bytes: this.#buffer.length };
  }

  drop(): void {
    this.#budget.giveBack(this.#buffer.length);
    this.#buffer = NOTHING;
    this.#length = 0;
  }

  #grow(length: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.min(2 * length, BODY_LIMIT));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#replace(grown);
  }

  #replace(buffer: Buffer): void {
    if (!this.#budget.take(buffer.length - this.#buffer.length)) throw new HttpError(503);
    this.#buffer = buffer;
  }
}

/**
 * Reads the body of a request as UTF-8; what is no UTF-8 becomes U+FFFD, as in Go.
 *
 * Rejects with `HttpError`: 413 over 7 MiB, 503 when the budget of all requests is used up, 400 when
 * the client leaves first. The rest of a refused body is thrown away as it comes.
 */
export function readBody(request: IncomingMessage, budget: MemoryBudget): Promise<RequestBody> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) {
    return Promise.reject(new HttpError(413));
  }
  return new Promise((resolve, reject) => {
    const body = new BodyBuffer(budget);
    const refuse = (error: unknown) => {
      request.removeListener('data', append);
      body.drop();
      reject(error);
    };
    const append = (chunk: Buffer) => {
      try {
        body.append(chunk);
      } catch (error) {
        refuse(error);
        request.resume();
      }
    };
    const cutOff = () => refuse(new HttpError(400, 'the body was cut off'));
    request.on('data', append);
    request.once('close', cutOff);
    request.once('end', () => {
      request.removeListener('close', cutOff);
      resolve(body.read());
    });
  });
}
