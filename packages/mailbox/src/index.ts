export * from './mailbox.ts';
export type { ReceivedMessage } from './message-store.ts';
