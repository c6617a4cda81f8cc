import { shuttingDown } from './refusals.ts';
import type { Sender } from './sender.ts';
import type { MailStore } from './store/mail-store.ts';

/**
 * Stands for a sender that is still being made: mails are found in its store, and what changes
 * something waits for it, or is refused where none comes, since the process is being stopped by then.
 */
export function lateSender(
  coming: Promise<Sender | undefined>,
  store: Pick<MailStore, 'find' | 'list'>,
): Sender {
  return {
    submit: async (submission, options) =>
      (await coming)?.submit(submission, options) ?? shuttingDown(),
    find: (id) => store.find(id),
    list: (state, page) => store.list(state, page),
    cancel: async (id) => (await coming)?.cancel(id) ?? shuttingDown(),
    retry: async (id) => (await coming)?.retry(id) ?? shuttingDown(),
    close: async () => (await coming)?.close(),
  };
}
