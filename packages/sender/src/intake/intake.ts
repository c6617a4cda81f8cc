import type { Clock, Logger } from '@mailprovider/process';
import type { MailProviderSpec } from '@mailprovider/provider/schema';
import { v7 as uuidv7 } from 'uuid';
import { decodeSubmission } from '../mail/decode-submission.ts';
import { envelopeRecipients } from '../mail/envelope-recipients.ts';
import type { MailRecord } from '../mail/mail-record.ts';
import type { Submission } from '../mail/submission.ts';
import { digestOf } from '../mail/submission-digest.ts';
import type { SubmissionLimits } from '../mail/submission-limits.ts';
import type { SenderObserver } from '../observer.ts';
import type { ProviderSource, ReferenceSource } from '../ports.ts';
import { keyReused, queueFull, shuttingDown, storeUnavailable } from '../refusals.ts';
import { messageIdFor } from '../render/mail-identity.ts';
import { renderMail } from '../render/render-mail.ts';
import { selectProvider } from '../selection/select-provider.ts';
import type { SubmitOptions, SubmitResult } from '../sender.ts';
import { logStoreFailure } from '../store/log-store-failure.ts';
import type { IdempotencyKey, MailStore } from '../store/mail-store.ts';
import { KeyTurns } from './key-turns.ts';
import { refusalOf } from './permission.ts';

export interface IntakeDeps {
  readonly store: MailStore;
  readonly providers: ProviderSource;
  readonly references: ReferenceSource;
  readonly observer: SenderObserver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: SubmissionLimits;
}

/** The way of a mail from what a caller sent to the store and the queue of its provider. */
export class Intake {
  readonly #deps: IntakeDeps;
  readonly #turns = new KeyTurns();
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  async submit(input: unknown, options: SubmitOptions): Promise<SubmitResult> {
    const accepting = this.#submit(input, options);
    this.#underWay.add(accepting);
    try {
      const result = await accepting;
      this.#tell(result);
      return result;
    } finally {
      this.#underWay.delete(accepting);
    }
  }

  /** Accepts nothing more; resolves when what was being accepted is. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
  }

  async #submit(input: unknown, options: SubmitOptions): Promise<SubmitResult> {
    if (this.#closed) return shuttingDown();
    const decoded = decodeSubmission(input, this.#deps.limits);
    if (decoded.kind === 'invalid') return decoded;
    const { submission } = decoded;
    try {
      const key = keyOf(options, input);
      if (key === undefined) return await this.#accept(submission, options);
      return await this.#turns.take(key.key, () => this.#acceptOnce(submission, options, key));
    } catch (error) {
      logStoreFailure(this.#deps.logger, error);
      return storeUnavailable();
    }
  }

  async #acceptOnce(
    submission: Submission,
    options: SubmitOptions,
    key: IdempotencyKey,
  ): Promise<SubmitResult> {
    const known = await this.#deps.store.findByKey(key);
    if (known === undefined) return this.#accept(submission, options, key);
    if (known.kind === 'conflict') return keyReused();
    return { kind: 'accepted', mail: known.mail, repeated: true };
  }

  async #accept(
    submission: Submission,
    options: SubmitOptions,
    key?: IdempotencyKey,
  ): Promise<SubmitResult> {
    const selection = await selectProvider(submission, this.#deps, (name) =>
      refusalOf(name, this.#deps.providers, options),
    );
    if (selection.kind === 'refused') return selection;
    const { provider, spec } = selection;
    const { name } = provider.metadata;
    const { queueSize } = spec.retry;
    const { mail, content } = await this.#rendered(submission, name, spec, options);
    const insertion = await this.#deps.store.insert(mail, content, {
      queueSize,
      ...(key && { key }),
    });
    switch (insertion.kind) {
      case 'stored':
        return { kind: 'accepted', mail, repeated: false };
      case 'repeated':
        return { ...insertion, kind: 'accepted', repeated: true };
      case 'conflict':
        return keyReused();
      case 'full':
        return queueFull(name, queueSize);
    }
  }

  async #rendered(
    submission: Submission,
    provider: string,
    { sender }: MailProviderSpec,
    { caller }: SubmitOptions,
  ): Promise<{ readonly mail: MailRecord; readonly content: Uint8Array }> {
    const id = uuidv7();
    const date = this.#deps.clock.now();
    const now = date.getTime();
    const messageId = messageIdFor(id, sender.address);
    const { content, smtpUtf8 } = await renderMail(submission, { messageId, date });
    const recipients = envelopeRecipients(submission).map(
      (address) => ({ address, outcome: 'pending' }) as const,
    );
    const mail = {
      id,
      messageId,
      provider,
      ...(caller === undefined ? {} : { caller }),
      state: 'queued',
      recipients,
      acceptedAt: now,
      queuedAt: now,
      dueAt: now,
      attempts: 0,
      dataStarted: false,
      uncertainAttempts: 0,
      size: content.length,
      smtpUtf8,
      revision: 0,
    } as const;
    return { mail, content };
  }

  #tell(result: SubmitResult): void {
    const { observer } = this.#deps;
    if (result.kind === 'invalid') observer.refused('Invalid');
    else if (result.kind === 'refused') observer.refused(result.refusal);
    else if (!result.repeated) observer.accepted(result.mail);
  }
}

/** A key counts for the caller that chose it. */
function keyOf(
  { idempotencyKey, caller }: SubmitOptions,
  input: unknown,
): IdempotencyKey | undefined {
  if (idempotencyKey === undefined) return undefined;
  const key = caller === undefined ? idempotencyKey : JSON.stringify([caller, idempotencyKey]);
  return { key, digest: digestOf(input) };
}
