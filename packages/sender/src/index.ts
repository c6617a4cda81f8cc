export type { MailRecord, MailState, Outcome, RecipientRecord } from './mail/mail-record.ts';
export type { ChangeResult, Refusal, Sender, SubmitOptions, SubmitResult } from './sender.ts';
export { type MailStore, StoreError, type StoreFault } from './store/mail-store.ts';
