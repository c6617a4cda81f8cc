import { StartupError } from '@mailprovider/process';
import { StoreError } from '@mailprovider/sender';
import type { Registry } from 'prom-client';
import { type LocalSender, type LocalSenderOptions, startLocalSender } from './local-sender.ts';
import type { ProviderStore } from './provider-store.ts';

/** The sender, or why there is none: the providers can be checked without it. */
export interface TriedSender {
  readonly running?: LocalSender;
  readonly description: readonly string[];
  /** What to do about one that could not start. */
  readonly remedy?: string;
}

/** Rejects only for faults of ours. */
export async function trySender(
  options: LocalSenderOptions,
  store: ProviderStore,
  registry: Registry,
): Promise<TriedSender> {
  try {
    const running = await startLocalSender(options, store, registry);
    return {
      running,
      description: [
        `takes mails of programs of this machine: ${running.mailsUrl}`,
        `keeps them in ${options.dataFolder}`,
      ],
    };
  } catch (error) {
    if (!(error instanceof StartupError || error instanceof StoreError)) throw error;
    return {
      description: [`not started: ${error.message}`],
      remedy:
        'The sender is not running: see "Sender" above, and start again (--help has its flags).',
    };
  }
}
