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

  /** How many more may begin. */
  room({ messages, periodMs }: Rate, nowMs: number): number {
    this.#forget(nowMs - periodMs);
    return messages - this.#underWay - this.#ended.length;
  }

  /** When there will be room, where there is none and nothing under way ends. */
  opensAt({ messages, periodMs }: Rate): number {
    const blocking = this.#ended[this.#ended.length + this.#underWay - messages];
    return blocking === undefined ? Number.POSITIVE_INFINITY : blocking + periodMs;
  }

  begin(): void {
    this.#underWay += 1;
  }

  /** What was not offered after all does not count. */
  end(nowMs: number, offered: boolean): void {
    this.#underWay -= 1;
    if (offered) this.#ended.push(nowMs);
  }

  #forget(untilMs: number): void {
    const kept = this.#ended.findIndex((at) => at > untilMs);
    if (kept === 0) return;
    this.#ended = kept === -1 ? [] : this.#ended.slice(kept);
  }
}
