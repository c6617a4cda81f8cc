/** The mails that were put off because no session could be had: they wait for the server, not for their time. */
export class StrandedMails {
  readonly #stranded = new Set<string>();
  /** Let go while they were about to be stored as put off. */
  readonly #released = new Set<string>();

  add(id: string): void {
    this.#stranded.add(id);
  }

  has(id: string): boolean {
    return this.#stranded.has(id);
  }

  /** It is tried now, or does not wait here any more. */
  delete(id: string): void {
    this.#stranded.delete(id);
    this.#released.delete(id);
  }

  /** Lets all go that wait, and the others once they do; `isWaiting` takes one out. */
  release(isWaiting: (id: string) => boolean): readonly string[] {
    const waiting: string[] = [];
    for (const id of this.#stranded) {
      if (isWaiting(id)) waiting.push(id);
      else this.#released.add(id);
    }
    this.#stranded.clear();
    return waiting;
  }

  /** Whether it was let go before it waited; it is forgotten then. */
  takeReleased(id: string): boolean {
    return this.#released.delete(id);
  }
}
