import type { Clock, Logger } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import type { AttemptFailure } from '../mail/attempt-result.ts';
import type { AttemptReport } from '../observer.ts';
import type { ProviderSource, SendStatus, SendStatusWriter } from '../ports.ts';
import { OwnSuspension } from './own-suspension.ts';
import { sendErrorOf } from './send-error.ts';

export interface SendStatusDeps {
  readonly writer: SendStatusWriter;
  readonly providers: Pick<ProviderSource, 'get' | 'listen'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A number from [0, 1), as `Math.random`. */
  random(): number;
}

/** Between two writes of one provider; with the write itself a status is at most 5 s late. */
const INTERVAL_MS = 4_000;
/** The pause after a write that failed; doubles with each one in a row. */
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;

interface LastAttempt {
  readonly at: Date;
  readonly failure: AttemptFailure | undefined;
}

/**
 * The status that the deliveries of one provider lead to. The first attempt is written at once, what
 * follows within the interval, each time as it is by then; a write that failed is repeated so.
 */
export class ProviderSendStatus {
  readonly #name: string;
  readonly #deps: SendStatusDeps;
  /** What is not written yet. */
  #unwritten: LastAttempt | undefined;
  readonly #suspension = new OwnSuspension();
  #nextWriteAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #cancelTimer: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(name: string, deps: SendStatusDeps) {
    this.#name = name;
    this.#deps = deps;
  }

  attempted({ at, failure, suspension }: AttemptReport): void {
    this.#unwritten = { at, failure };
    if (suspension !== undefined) this.#suspension.failed(suspension, at);
    this.#schedule();
  }

  /** A login that failed is another one with another version of the Secret. */
  secretChanged(): void {
    this.#suspension.outdated();
  }

  /** Writes what is not written yet, once; resolves also if that fails. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    await this.#writing;
    await this.#write();
  }

  /** Writes nothing any more. */
  forget(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#unwritten = undefined;
  }

  #schedule(): void {
    if (this.#closed || this.#writing !== undefined || this.#cancelTimer !== undefined) return;
    const { clock } = this.#deps;
    const waitMs = this.#nextWriteAt - clock.monotonicMs();
    if (waitMs <= 0) {
      this.#begin();
      return;
    }
    this.#cancelTimer = clock.schedule(waitMs, () => {
      this.#cancelTimer = undefined;
      this.#begin();
    });
  }

  #begin(): void {
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined;
      if (this.#unwritten !== undefined) this.#schedule();
    });
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    const { writer, providers, clock, logger } = this.#deps;
    const provider = providers.get(this.#name);
    const attempt = this.#unwritten;
    this.#unwritten = undefined;
    // Nobody can read the status of what is gone.
    if (provider === undefined || attempt === undefined) return;
    const suspension = this.#suspension.over(provider, clock.now());
    this.#nextWriteAt = clock.monotonicMs() + INTERVAL_MS;
    try {
      await writer.write(provider, statusOf(provider, attempt, suspension));
      this.#failures = 0;
      this.#suspension.written(suspension, attempt.at);
    } catch (err) {
      this.#unwritten ??= attempt;
      this.#nextWriteAt = clock.monotonicMs() + this.#retryMs();
      logger.warn({ provider: this.#name, err }, 'mailprovider send status could not be stored');
    }
  }

  #retryMs(): number {
    const ceilingMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures);
    this.#failures += 1;
    return (ceilingMs / 2) * (1 + this.#deps.random());
  }
}

function statusOf(
  provider: MailProvider,
  { at, failure }: LastAttempt,
  authSuspension: AuthSuspension | undefined,
): SendStatus {
  return {
    lastSendAttempt: at,
    ...(failure === undefined ? {} : { lastSendError: sendErrorOf(provider, failure) }),
    ...(authSuspension === undefined ? {} : { authSuspension }),
  };
}
