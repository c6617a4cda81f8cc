import type { Calls } from './calls.ts';
import { lastToken, type Names } from './names.ts';
import { keptFor, lastMessage } from './records.ts';
import { subjectsOf } from './subjects.ts';

/** Chunks under way at once, so that 25 MiB are no burden for others. */
const AT_ONCE = 4;

/** Contents that are too large for the message of their mail, and those of dead letters. */
export class Contents {
  readonly #calls: Calls;
  readonly #names: Names;
  readonly #chunkBytes: number;

  constructor(calls: Calls, names: Names, chunkBytes: number) {
    this.#calls = calls;
    this.#names = names;
    this.#chunkBytes = chunkBytes;
  }

  /** Resolves with the number of chunks, once they are stored, for as long as they are to be kept. */
  async put(id: string, content: Uint8Array, ttlMs?: number): Promise<number> {
    const chunks = Math.max(1, Math.ceil(content.byteLength / this.#chunkBytes));
    await forEachChunk(chunks, async (chunk) => {
      const start = chunk * this.#chunkBytes;
      const part = content.subarray(start, start + this.#chunkBytes);
      const subject = this.#names.chunk(id, chunk);
      await this.#calls.repeat(() => this.#calls.store(subject, part, keptFor(ttlMs)));
    });
    return chunks;
  }

  /** Nothing if a chunk is gone. */
  async read(id: string, chunks: number): Promise<Uint8Array | undefined> {
    const parts = new Array<Buffer | undefined>(chunks);
    await forEachChunk(chunks, async (chunk) => {
      const subject = this.#names.chunk(id, chunk);
      const found = await lastMessage(this.#calls, this.#names.contents, subject);
      if (found) parts[chunk] = Buffer.from(found.data ?? '', 'base64');
    });
    const found = parts.filter((part) => part !== undefined);
    return found.length === chunks ? Buffer.concat(found) : undefined;
  }

  /** The mails that have contents here. */
  async ids(): Promise<readonly string[]> {
    const { contents, chunk } = this.#names;
    const subjects = await subjectsOf(this.#calls, contents, chunk('*', 0));
    return subjects.map((subject) => lastToken(subject.slice(0, subject.lastIndexOf('.'))));
  }

  async purge(id: string): Promise<void> {
    const filter = this.#names.chunk(id, '*');
    await this.#calls.repeat(() =>
      this.#calls.api(`STREAM.PURGE.${this.#names.contents}`, { filter }),
    );
  }
}

async function forEachChunk(chunks: number, work: (chunk: number) => Promise<void>): Promise<void> {
  let next = 0;
  async function worker() {
    while (next < chunks) {
      next += 1;
      await work(next - 1);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
