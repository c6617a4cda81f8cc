/** The mails of one provider that have not ended, and room that was promised to others. */
export class Backlog {
  /** When each was queued, in milliseconds since the epoch; the oldest first, as a rule. */
  readonly #queuedAt = new Map<string, number>();
  #reserved = 0;

  get depth(): number {
    return this.#queuedAt.size + this.#reserved;
  }

  /** When the oldest mail was queued. */
  get oldestQueuedAt(): number | undefined {
    let oldest: number | undefined;
    for (const at of this.#queuedAt.values()) {
      if (oldest === undefined || at < oldest) oldest = at;
    }
    return oldest;
  }

  /** Makes room for one mail, if there are fewer than `limit`; `add` or `release` follows. */
  reserve(limit: number): boolean {
    if (this.depth >= limit) return false;
    this.#reserved += 1;
    return true;
  }

  /** Gives reserved room back. */
  release(): void {
    this.#reserved -= 1;
  }

  add(id: string, queuedAt: number): void {
    this.#queuedAt.set(id, queuedAt);
  }

  delete(id: string): void {
    this.#queuedAt.delete(id);
  }
}
