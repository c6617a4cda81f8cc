import type { LoadProcess } from './load-process.ts';
import type { Relay } from './relay.ts';
import type { SenderProcess } from './sender-process.ts';

export interface SenderRelayOptions {
  /** At least one; each takes its share of the mails. */
  readonly senders: readonly SenderProcess[];
  readonly load: LoadProcess;
  /** Name of the provider that takes the mails to the sink. */
  readonly provider: string;
  /** How many mails are posted at once. */
  readonly connections: number;
}

export interface PacedRelay extends Relay {
  /** The same with so many mails a second. */
  at(perSecond: number): Relay;
}

/** Senders, given mails by their submit API. */
export function senderRelay(options: SenderRelayOptions): PacedRelay {
  const { senders, load, provider, connections } = options;
  const task = { urls: senders.map(({ mailsUrl }) => mailsUrl), provider, connections };
  // Several have no group of processes in common.
  const pid = senders.length === 1 ? senders[0]?.pid : undefined;
  const failed = AbortSignal.any(senders.map((sender) => sender.failed));
  const common = { name: 'ours', pid, failed };
  return {
    ...common,
    submit: (mails) => load.post({ ...task, mails }),
    at: (perSecond) => ({
      ...common,
      submit: (mails) => load.post({ ...task, mails, perSecond }),
    }),
  };
}
