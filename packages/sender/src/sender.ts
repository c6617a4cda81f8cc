import type { MailRecord, MailState } from './mail/mail-record.ts';
import type { SubmissionProblem } from './mail/submission.ts';
import type { MailPage } from './store/mail-store.ts';

/** Why a mail was not accepted, apart from what is wrong with it. */
export const REFUSALS = [
  /** A provider that was named, by the caller or by the object that the caller named, does not exist. */
  'ProviderNotFound',
  'ProviderDisabled',
  /** Its spec breaks a rule, since it was admitted without the webhook. */
  'ProviderInvalid',
  /** Nothing was named and no provider is the default. */
  'NoDefaultProvider',
  /** The object that was named as `escalation` or `cluster` does not exist, or its kind does not. */
  'ReferenceNotFound',
  /** A name without namespace stands for several objects. */
  'ReferenceAmbiguous',
  /** The API server does not answer what was named. */
  'ReferenceUnavailable',
  /** The caller may not use the provider, or one of its fallbacks. */
  'ProviderForbidden',
  /** Whether the caller may could not be found out. */
  'AuthorizationUnavailable',
  /** The idempotency key was used for another submission. */
  'IdempotencyKeyReused',
  /** The caller submitted as many mails as it may in that time. */
  'CallerRateLimited',
  /** `spec.retry.queueSize` mails of the provider have not ended yet. */
  'QueueFull',
  /** The store has no room, or fails. */
  'StoreUnavailable',
  'ShuttingDown',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export type SubmitResult =
  | { readonly kind: 'accepted'; readonly mail: MailRecord; readonly repeated: boolean }
  | { readonly kind: 'invalid'; readonly problems: readonly SubmissionProblem[] }
  | {
      readonly kind: 'refused';
      readonly refusal: Refusal;
      /** Names the object and what to do. */
      readonly message: string;
      /** When it is worth trying again; absent where something has to be changed first. */
      readonly retryAfterSeconds?: number;
    };

/** What became of a request to change a mail. */
export type ChangeResult =
  | { readonly kind: 'changed'; readonly mail: MailRecord }
  | { readonly kind: 'not-found' }
  /** The mail is in a state that cannot be changed so, or an attempt of it is under way. */
  | { readonly kind: 'conflict'; readonly message: string }
  | Extract<SubmitResult, { kind: 'refused' }>;

/** Whether a caller may have mail delivered by providers. */
export type Permission =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'denied'; readonly provider: string }
  /** `why` may be told to callers. */
  | { readonly kind: 'unknown'; readonly why: string };

export interface SubmitOptions {
  /** Who submits; it is kept with the mail, and idempotency keys are those of a caller. */
  readonly caller?: string;
  /** Says of the provider that was selected and of all its fallbacks whether they may be used; without it they may. */
  mayUse?(providers: readonly string[]): Promise<Permission>;
  /** The same key and submission have the same answer, as long as the mail is kept. */
  readonly idempotencyKey?: string;
}

/** Accepts mails durably and delivers them; what the submit API and a program that embeds it call. */
export interface Sender {
  /**
   * Accepts a mail, given as the body of `POST /v1/mails`. It is durable once this resolved with
   * `accepted`. Never rejects for what was submitted.
   */
  submit(submission: unknown, options?: SubmitOptions): Promise<SubmitResult>;
  /** Rejects with `StoreError` if the store fails. */
  find(id: string): Promise<MailRecord | undefined>;
  /** Mails in one state in the order of acceptance. Rejects with `StoreError` if the store fails. */
  list(
    state: MailState,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<MailPage>;
  /** Ends a queued mail; what was delivered by then stays delivered. */
  cancel(id: string): Promise<ChangeResult>;
  /** Queues a dead letter anew for the recipients that did not get it. */
  retry(id: string): Promise<ChangeResult>;
  /**
   * Accepts nothing more, lets attempts under way end within the grace, and closes the store; what
   * is queued stays there.
   */
  close(): Promise<void>;
}
