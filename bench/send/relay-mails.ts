import { withDeadline } from '@mailprovider/process';
import { unlessAborted } from '../measure/abortion.ts';
import { groupCpuSeconds } from '../measure/process-usage.ts';
import type { Relay } from './relay.ts';
import type { Sink } from './sink.ts';

/** For connections that are made first, some way off. */
const BASE_LIMIT_MS = 60_000;
/** 20 mails a second: slower than any relay that delivers all it was given. */
const LIMIT_MS_PER_MAIL = 50;

/** What a relay does with some mails. */
export interface RelayFigures {
  /** From the first submission to the answer to the last. */
  readonly acceptedPerSecond: number;
  /** From the first submission to the arrival of the last. */
  readonly endToEndPerSecond: number;
  /** Core time of its processes for one mail, much the same whatever else the machine does. */
  readonly coreMsPerMail: number;
}

async function relayAll(relay: Relay, sink: Sink, mails: number): Promise<RelayFigures> {
  const before = await sink.total();
  const usedBefore = await groupCpuSeconds(relay.pid);
  const [{ startedAt, acceptedAt }, arrivedAt] = await Promise.all([
    relay.submit(mails),
    sink.whenTotal(before + mails),
  ]);
  const used = (await groupCpuSeconds(relay.pid)) - usedBefore;
  const perSecond = (until: number) => (mails * 1000) / (until - startedAt);
  return {
    acceptedPerSecond: perSecond(acceptedAt),
    endToEndPerSecond: perSecond(arrivedAt),
    coreMsPerMail: (used * 1000) / mails,
  };
}

/**
 * Submits mails, and waits until all arrived.
 *
 * Rejects when they do not, and with the reason of `signal` when that aborts.
 */
export async function relayMails(
  relay: Relay,
  sink: Sink,
  mails: number,
  signal: AbortSignal,
): Promise<RelayFigures> {
  const limitMs = BASE_LIMIT_MS + mails * LIMIT_MS_PER_MAIL;
  try {
    return await withDeadline(signal, limitMs, (limit) =>
      unlessAborted(relayAll(relay, sink, mails), limit),
    );
  } catch (error) {
    if (signal.aborted || !(error instanceof DOMException)) throw error;
    throw new Error(`${relay.name}: not all of ${mails} mails arrived within ${limitMs / 1000} s`);
  }
}
