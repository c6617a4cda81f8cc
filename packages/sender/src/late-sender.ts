import { shuttingDown } from './refusals.ts';
import type { Sender } from './sender.ts';

/**
 * Stands for a sender that is still being made: calls wait for it. Where none comes, since the
 * process is being stopped by then, mails are refused, and none is found.
 */
export function lateSender(coming: Promise<Sender | undefined>): Sender {
  return {
    submit: async (submission, options) =>
      (await coming)?.submit(submission, options) ?? shuttingDown(),
    find: async (id) => (await coming)?.find(id),
    list: async (state, page) => (await coming)?.list(state, page) ?? { mails: [] },
    cancel: async (id) => (await coming)?.cancel(id) ?? shuttingDown(),
    retry: async (id) => (await coming)?.retry(id) ?? shuttingDown(),
    close: async () => (await coming)?.close(),
  };
}
