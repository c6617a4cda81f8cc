/** Of `spec.rateLimit`, as far as it is this process's. */
export interface Rate {
  readonly messages: number;
  readonly periodMs: number;
}

/**
 * Counts what was offered to a server, so that it is never more than a rate allows in any period,
 * wherever that begins. What is under way counts as offered now; all times are of one clock.
 */
export class RateWindow {
  /** When each of the last ones ended; the oldest first. */
  #ended: number[] = [];
  #underWay = 0;

  /** How many more may begin at a moment. */
  room({ messages, periodMs }: Rate, nowMs: number): number {
    return messages - this.#underWay - (this.#ended.length - this.#past(periodMs, nowMs));
  }

  /** When there will be room, where there is none and nothing under way ends. */
  opensAt({ messages, periodMs }: Rate): number {
    const blocking = this.#ended[this.#ended.length + this.#underWay - messages];
    return blocking === undefined ? Number.POSITIVE_INFINITY : blocking + periodMs;
  }

  begin(): void {
    this.#underWay += 1;
  }

  /** Without the rate that counts it, it was not offered after all. */
  end(nowMs: number, offered: Rate | undefined): void {
    this.#underWay -= 1;
    if (offered === undefined) return;
    const past = this.#past(offered.periodMs, nowMs);
    // Forgotten by halves, so that each is moved once or twice.
    if (past > this.#ended.length / 2) this.#ended = this.#ended.slice(past);
    this.#ended.push(nowMs);
  }

  /** How many ended a period ago or more. */
  #past(periodMs: number, nowMs: number): number {
    let [low, high] = [0, this.#ended.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const endedAt = this.#ended[middle] ?? nowMs;
      if (endedAt + periodMs <= nowMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
