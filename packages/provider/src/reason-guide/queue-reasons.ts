import type { QueueReason } from '../delivery-reasons.ts';
import type { Guidance } from './guidance.ts';

/** What to know of a mail that was not offered to a server. */
export interface QueueGuidance extends Guidance {
  /** Whether it can pass without anyone changing anything. */
  readonly passes: 'yes' | 'no';
}

/** What to know of each reason of the queue beside its words for people (`DELIVERY_REASON_TEXT`). */
export const QUEUE_REASON_GUIDE: Readonly<Record<QueueReason, QueueGuidance>> = {
  ProviderNotFound: {
    passes: 'no',
    causes: ['a MailProvider that was deleted while mails waited for it'],
    fix: [
      'See which there are: `kubectl get mailprovider`.',
      'Create it again under the same name, or submit the mail to another one.',
    ],
  },
  ProviderDisabled: {
    passes: 'no',
    causes: ['`spec.disabled` was set while mails waited for the provider'],
    fix: [
      'Enable it: `kubectl patch mailprovider NAME --type=merge -p \'{"spec":{"disabled":false}}\'`.',
      'Or submit the mail to another one.',
    ],
  },
  ProviderInvalid: {
    passes: 'no',
    causes: ['a spec that breaks a rule, stored while the webhook was absent'],
    fix: [
      'Correct the fields that the message of Ready names: `kubectl describe mailprovider NAME`.',
    ],
  },
  CredentialsUnavailable: {
    passes: 'yes',
    causes: ['an API server that does not answer, so that the Secret could not be read'],
    fix: ['Wait: it is read again with the next attempt.', 'Look at the API server.'],
  },
  Interrupted: {
    passes: 'yes',
    causes: ['a sender that was stopped, or that ended, while it delivered the mail'],
    fix: [
      'Where the outcome is uncertain, the recipient may have the mail: ask, or look for its Message-ID in the log of the server.',
    ],
  },
  ContentLost: {
    passes: 'no',
    causes: [
      'someone removed content from the stream `mailprovider-contents` of NATS, or its disk lost it',
    ],
    fix: ['Submit the mail again.', 'See to it that nobody but the sender writes to its streams.'],
  },
};
