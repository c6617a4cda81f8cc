export { createSender, type RunningSender, type SenderDeps } from './create-sender.ts';
export type { MailRecord, MailState, Outcome, RecipientRecord } from './mail/mail-record.ts';
export type { AttemptReport, SenderObserver } from './observer.ts';
export type { ProviderSource, ReferenceSource, SendStatus, SendStatusWriter } from './ports.ts';
export type { ChangeResult, Refusal, Sender, SubmitOptions, SubmitResult } from './sender.ts';
export { DEFAULT_SETTINGS, type SenderSettings } from './settings.ts';
export { type MailStore, StoreError, type StoreFault } from './store/mail-store.ts';
export { openLmdbStore } from './store/open-lmdb-store.ts';
