import { openJetStreamStore } from '@mailprovider/sender/jetstream/open-jetstream-store';
import type { JetStreamOptions } from '@mailprovider/sender/jetstream/options';
import type { MailRecord } from '@mailprovider/sender/mail/mail-record';
import {
  type Claims,
  DEFAULT_RETENTION,
  type MailStore,
} from '@mailprovider/sender/store/mail-store';
import pino from 'pino';
import type { Test } from 'tap';

let prefixes = 0;

/** A prefix that no other test of the process uses. */
export function freshPrefix(): string {
  prefixes += 1;
  return `test${prefixes}`;
}

export function optionsFor(
  servers: string | readonly string[],
  more: Partial<JetStreamOptions> = {},
): JetStreamOptions {
  return {
    servers: [servers].flat(),
    streamPrefix: 'test',
    replicas: 1,
    ackWaitMs: 30_000,
    retention: DEFAULT_RETENTION,
    logger: pino({ level: 'silent' }),
    ...more,
  };
}

/** A store that is closed with the test. */
export async function openedStore(t: Test, options: JetStreamOptions): Promise<MailStore> {
  const store = await openJetStreamStore(options);
  t.teardown(() => store.close());
  return store;
}

/** Claims the mails of a provider, and keeps what was handed over. */
export class Taken {
  readonly claims: Claims;
  readonly mails: MailRecord[] = [];
  #waiting: { readonly count: number; readonly resolve: () => void } | undefined;

  constructor(store: MailStore, provider: string, room: number) {
    this.claims = store.claim(provider, { claimed: (mail) => this.#claimed(mail) });
    this.claims.request(room);
  }

  /** Resolves with the mails so far once so many were handed over. */
  async until(count: number): Promise<readonly MailRecord[]> {
    if (this.mails.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting = { count, resolve };
      });
    }
    return this.mails;
  }

  #claimed(mail: MailRecord): void {
    this.mails.push(mail);
    if (this.#waiting && this.mails.length >= this.#waiting.count) this.#waiting.resolve();
  }
}
