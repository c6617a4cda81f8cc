import type { Socket } from 'node:net';

interface Delayed {
  readonly due: number;
  /** Undefined: the end. */
  readonly chunk: Buffer | undefined;
}

/** One direction of a connection: passes on all that it is given, each chunk `delayMs` later. */
export class DelayLine {
  readonly #to: Socket;
  readonly #delayMs: number;
  readonly #under: Delayed[] = [];

  constructor(to: Socket, delayMs: number) {
    this.#to = to;
    this.#delayMs = delayMs;
  }

  carry(from: Socket): void {
    from.on('data', (chunk: Buffer) => this.#delay(chunk));
    from.once('end', () => this.#delay(undefined));
  }

  #delay(chunk: Buffer | undefined): void {
    this.#under.push({ due: performance.now() + this.#delayMs, chunk });
    if (this.#under.length === 1) this.#wait(this.#delayMs);
  }

  #wait(ms: number): void {
    setTimeout(() => this.#passOn(), ms);
  }

  #passOn(): void {
    const now = performance.now();
    let next = this.#under[0];
    while (next !== undefined && next.due <= now) {
      this.#under.shift();
      if (this.#to.destroyed) return;
      if (next.chunk === undefined) this.#to.end();
      else this.#to.write(next.chunk);
      next = this.#under[0];
    }
    if (next !== undefined) this.#wait(next.due - now);
  }
}
