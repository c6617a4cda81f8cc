import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@mailprovider/process';
import type { TransactionReason } from '@mailprovider/provider/delivery-reasons';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { SessionReason } from '@mailprovider/provider/reasons';
import type { MailProviderSpec } from '@mailprovider/provider/schema';
import { PoolClosedError } from '@mailprovider/smtp/pool/pool-closed-error';
import { SessionPool } from '@mailprovider/smtp/pool/session-pool';
import type { RecipientResult } from '@mailprovider/smtp/transaction/transaction';
import type { AttemptFailure, AttemptResult } from '../mail/attempt-result.ts';
import type { Mailbox } from '../mail/submission.ts';
import { headOf } from '../render/sender-head.ts';
import type { Usability } from '../selection/usable-provider.ts';
import type { SenderSettings } from '../settings.ts';
import type { AttemptEnd, AttemptRequest, Delivery } from './attempt.ts';
import { NoSession } from './no-session.ts';
import type { SessionOpener } from './session-opener.ts';

export interface ProviderDeliveryDeps {
  /** The provider as it is now. */
  usability(): Usability;
  readonly opener: SessionOpener;
  readonly clock: Clock;
  readonly settings: Pick<SenderSettings, 'maxMessagesPerSession' | 'idleTimeoutMs' | 'replicas'>;
}

/** The kept sessions of one version of a provider. */
interface KeptSessions {
  readonly spec: MailProviderSpec;
  readonly pool: SessionPool;
  /** The header field From. */
  readonly head: Uint8Array;
}

/** Reasons that tell of the server, whatever the mail. */
const TROUBLE: ReadonlySet<string> = new Set<SessionReason | TransactionReason>([
  'ConnectionClosed',
  'ProtocolError',
  'ServiceUnavailable',
  'Throttled',
  'Timeout',
]);

/** The sessions of a provider that each of its senders may have: one of its connections is that of the health check. */
export function sessionsOf(
  { smtp: { maxConnections } }: MailProviderSpec,
  replicas: number,
): number {
  return Math.max(1, Math.floor((maxConnections - 1) / replicas));
}

/** Takes mails to the server of one provider, over sessions that are kept until it is another server or login. */
export class ProviderDelivery implements Delivery {
  readonly #deps: ProviderDeliveryDeps;
  #kept: KeptSessions | undefined;
  readonly #retiring = new Map<SessionPool, Promise<void>>();
  #aborted = false;

  constructor(deps: ProviderDeliveryDeps) {
    this.#deps = deps;
  }

  async attempt(request: AttemptRequest): Promise<AttemptEnd> {
    if (this.#aborted) return { kind: 'abandoned' };
    const usability = this.#deps.usability();
    if (!usability.usable) {
      return { kind: 'no-session', failure: { reason: usability.reason } };
    }
    const { spec } = usability;
    const { mail, recipients, content, dataStarted } = request;
    const { pool, head } = this.#keptFor(usability.provider, spec);
    try {
      const results = await pool.send({
        from: spec.sender.address,
        recipients,
        content: [head, content],
        smtpUtf8: mail.smtpUtf8,
        envelopeId: mail.id,
        dataStarted,
      });
      if (this.#aborted && results.some(isCutOff)) return { kind: 'abandoned' };
      return offered(recipients, results);
    } catch (error) {
      return this.#afterError(error, request);
    }
  }

  /** Has what follows use new sessions, and what waits for one; those in use finish what they do. */
  renew(): void {
    if (this.#kept === undefined) return;
    const { pool } = this.#kept;
    this.#kept = undefined;
    const closed = pool.close().finally(() => this.#retiring.delete(pool));
    this.#retiring.set(pool, closed);
  }

  /** Ends all sessions, those in use after what they do. */
  async close(): Promise<void> {
    this.renew();
    await Promise.all(this.#retiring.values());
  }

  /** Ends all sessions at once. */
  abort(): void {
    this.#aborted = true;
    this.renew();
    for (const pool of this.#retiring.keys()) pool.abort();
  }

  /** What follows where the pool could not offer the mail. Throws errors that are not the server's. */
  #afterError(error: unknown, request: AttemptRequest): AttemptEnd | Promise<AttemptEnd> {
    if (this.#aborted) return { kind: 'abandoned' };
    // The provider changed while this mail waited for a session; it is offered to the new server.
    if (error instanceof PoolClosedError) return this.attempt(request);
    if (!(error instanceof NoSession)) throw error;
    const { failure, suspension } = error;
    return { kind: 'no-session', failure, ...(suspension && { suspension }) };
  }

  #keptFor(provider: MailProvider, spec: MailProviderSpec): KeptSessions {
    if (this.#kept !== undefined && isSame(this.#kept.spec, spec)) return this.#kept;
    this.renew();
    const { opener, clock, settings } = this.#deps;
    const { usability } = this.#deps;
    const pool = new SessionPool({
      open: (signal) => {
        // Its status may have changed since, and the suspension of a login with it.
        const now = usability();
        return opener.open(now.usable ? now.provider : provider, spec, signal);
      },
      maxConnections: sessionsOf(spec, settings.replicas),
      maxMessages: settings.maxMessagesPerSession,
      idleTimeoutMs: settings.idleTimeoutMs,
      clock,
    });
    this.#kept = { spec, pool, head: headOf(mailboxOf(spec.sender)) };
    return this.#kept;
  }
}

/** Most writes to a provider are of its status, and leave the spec as it is. */
function isSame(one: MailProviderSpec, other: MailProviderSpec): boolean {
  return one === other || isDeepStrictEqual(one, other);
}

/** Whether the connection ended before the server had the message. */
function isCutOff(result: RecipientResult): boolean {
  return result.outcome === 'deferred' && result.reason === 'ConnectionClosed';
}

function offered(recipients: readonly string[], answers: readonly RecipientResult[]): AttemptEnd {
  const results = new Map<string, AttemptResult>();
  let failure: AttemptFailure | undefined;
  let troubled = false;
  for (const [index, answer] of answers.entries()) {
    const address = recipients[index] ?? '';
    if (answer.outcome === 'delivered') {
      results.set(address, answer);
      continue;
    }
    const { stage, ...result } = answer;
    results.set(address, result);
    failure ??= { stage, reason: result.reason, ...codeOf(result) };
    troubled ||= TROUBLE.has(result.reason);
  }
  return { kind: 'offered', results, troubled, ...(failure && { failure }) };
}

function mailboxOf({ address, name }: MailProviderSpec['sender']): Mailbox {
  return { address, ...(name === undefined ? {} : { name }) };
}

function codeOf({ code }: { readonly code?: number }): { readonly code?: number } {
  return code === undefined ? {} : { code };
}
