/** An SMTP server in another process that takes every mail and throws it away. */
export interface Sink {
  readonly name: string;
  readonly port: number;
  readonly pid: number | undefined;
  /** Aborted, with the error to report as its reason, when it ends by itself. */
  readonly failed: AbortSignal;
  /** How many mails came until now. */
  total(): Promise<number>;
  /** Resolves, when that many came, with the time by the common clock. One call at a time. */
  whenTotal(total: number): Promise<number>;
  stop(): Promise<void>;
}
