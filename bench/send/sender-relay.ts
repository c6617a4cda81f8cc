import type { LoadProcess } from './load-process.ts';
import type { Relay } from './relay.ts';
import type { SenderProcess } from './sender-process.ts';

export interface SenderRelayOptions {
  readonly sender: SenderProcess;
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

/** The sender, given mails by its submit API. */
export function senderRelay(options: SenderRelayOptions): PacedRelay {
  const { sender, load, provider, connections } = options;
  const task = { url: sender.mailsUrl, provider, connections };
  const common = { name: 'ours', pid: sender.pid, failed: sender.failed };
  return {
    ...common,
    submit: (mails) => load.post({ ...task, mails }),
    at: (perSecond) => ({
      ...common,
      submit: (mails) => load.post({ ...task, mails, perSecond }),
    }),
  };
}
