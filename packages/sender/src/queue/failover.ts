/** A provider that takes over a mail. */
export interface Destination {
  readonly provider: string;
  readonly queueSize: number;
  /** To be called once the mail is there, or stays. */
  arrived(): void;
  /** To be called if its queue is full: no mail is sent there for a while. */
  full(): void;
}

/** Finds out which provider delivers a mail that one cannot deliver now. */
export interface Failover {
  /**
   * The first provider on the way of mails that were accepted for `origin`, other than the one that
   * asks, that can deliver one now; nothing where none can. `arrived` follows.
   */
  destinationOf(origin: string): Destination | undefined;
  /** Whether there is one. */
  hasDestination(origin: string): boolean;
}
