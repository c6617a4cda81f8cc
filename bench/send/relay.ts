/** When mails were handed over, by the common clock. */
export interface Submission {
  readonly startedAt: number;
  /** When the last of them was accepted. */
  readonly acceptedAt: number;
}

/** Something that takes mails, keeps them durably, and delivers them to a sink. */
export interface Relay {
  readonly name: string;
  /** Leads the group of its processes. */
  readonly pid: number | undefined;
  /** Aborted, with the error to report as its reason, when it ends by itself. */
  readonly failed: AbortSignal;
  /** Hands that many mails over; resolves when the last one is accepted. */
  submit(mails: number): Promise<Submission>;
}
