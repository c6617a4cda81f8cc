import type { MailProviderSpec } from '@mailprovider/provider/schema';
import { sessionsOf } from '../delivery/provider-delivery.ts';
import { unhealthySince } from '../delivery/unhealthy-since.ts';
import type { Usability } from '../selection/usable-provider.ts';
import type { Rate } from './rate-window.ts';
import { DEFAULT_FAST_RETRIES } from './retry-policy.ts';

/** What a provider allows one of the senders that share it, as it is declared and known now. */
export interface Allowance {
  /** Attempts at once. */
  readonly slots: number;
  readonly rate: Rate | undefined;
  /** After so many failures in a row and one more its breaker is open. */
  readonly fastRetries: number;
  /** Whether it may be used, and health has not found its server to fail. */
  readonly isWell: boolean;
}

/** Of a provider that cannot be used an attempt finds out why. */
const UNUSABLE: Allowance = {
  slots: 1,
  rate: undefined,
  fastRetries: DEFAULT_FAST_RETRIES.count,
  isWell: false,
};

export function allowanceOf(usability: Usability, replicas: number): Allowance {
  if (!usability.usable) return UNUSABLE;
  const { provider, spec } = usability;
  return {
    // A session that comes free finds the next attempt ready.
    slots: 2 * sessionsOf(spec, replicas),
    rate: rateOf(spec, replicas),
    fastRetries: spec.retry.count,
    isWell: unhealthySince(provider) === undefined,
  };
}

/** A share of less than one message a period is one message in so many periods. */
function rateOf({ rateLimit }: MailProviderSpec, replicas: number): Rate | undefined {
  if (rateLimit === undefined) return undefined;
  const { messages, periodSeconds } = rateLimit;
  const share = Math.floor(messages / replicas);
  const periodMs = periodSeconds * 1_000;
  if (share >= 1) return { messages: share, periodMs };
  return { messages: 1, periodMs: periodMs * Math.ceil(replicas / messages) };
}
