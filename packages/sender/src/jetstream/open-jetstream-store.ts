import { setTimeout as pause } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { type MailStore, StoreError } from '../store/mail-store.ts';
import { Calls } from './calls.ts';
import { ClaimedMails } from './claimed-mails.ts';
import { connectOnce, isDenied, systemCode, unreadableFile } from './connection.ts';
import { Contents } from './contents.ts';
import { EndedMails } from './ended-mails.ts';
import { CallFailure, isPassing, storeFailure } from './failure.ts';
import { JetStreamMailStore } from './jetstream-mail-store.ts';
import { Keys } from './keys.ts';
import { Layout } from './layout.ts';
import { isPrefix, namesFor } from './names.ts';
import type { JetStreamOptions } from './options.ts';
import { QueuedMessages } from './queued-messages.ts';
import { Records } from './records.ts';
import { withoutLogins } from './server-addresses.ts';

/** NATS may start together with the sender. */
const OPEN_MS = 10_000;
const RETRY_MS = 500;
/** Per-message TTLs. */
const OLDEST = [2, 11] as const;

/**
 * Connects to NATS and creates what is missing there; waits for it up to 10 s. Rejects with
 * `StoreError`.
 */
export async function openJetStreamStore(options: JetStreamOptions): Promise<MailStore> {
  const servers = withoutLogins(options.servers).join(', ');
  if (!isPrefix(options.streamPrefix)) {
    throw unavailable(`the prefix of streams may have up to 60 letters, digits, "-" and "_"`);
  }
  const unreadable = unreadableFile(options);
  if (unreadable !== undefined) throw unavailable(unreadable);
  const until = performance.now() + OPEN_MS;
  const connection = await connectWithin(options, servers, until);
  const calls = new Calls(connection, options.logger);
  try {
    judgeServer(connection, servers);
    return await openStore(calls, options, servers, until);
  } catch (error) {
    await calls.close();
    throw storeFailure(servers, error);
  }
}

async function connectWithin(
  options: JetStreamOptions,
  servers: string,
  until: number,
): Promise<NatsConnection> {
  for (;;) {
    try {
      return await connectOnce(options);
    } catch (error) {
      if (isDenied(error)) {
        throw unavailable(`NATS at ${servers} denies the login; check the credentials`, error);
      }
      if (performance.now() + RETRY_MS > until) throw unreachable(servers, error);
    }
    await pause(RETRY_MS);
  }
}

function judgeServer({ info }: NatsConnection, servers: string): void {
  const [major = 0, minor = 0] = (info?.version ?? '').split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw unavailable(`NATS at ${servers} is too old; use version ${OLDEST.join('.')} or later`);
}

async function openStore(
  calls: Calls,
  options: JetStreamOptions,
  servers: string,
  until: number,
): Promise<MailStore> {
  const { streamPrefix, ackWaitMs, retention, logger } = options;
  const names = namesFor(streamPrefix);
  const layout = new Layout(calls, names, options);
  await ensureWithin(layout, until);
  const queued = new QueuedMessages(calls, names, layout);
  const records = new Records(calls, names);
  // Half of what a message may have leaves room for the record.
  const inlineBytes = Math.floor((calls.connection.info?.max_payload ?? 2 ** 20) / 2);
  const contents = new Contents(calls, names, inlineBytes);
  const claimed = new ClaimedMails(calls, ackWaitMs);
  const keys = new Keys(calls, names);
  const ended = new EndedMails({ calls, names, contents, keys, retention, ackWaitMs });
  const parts = { calls, names, layout, queued, records, contents, claimed, keys, ended };
  return new JetStreamMailStore({ ...parts, inlineBytes, servers, logger });
}

async function ensureWithin(layout: Layout, until: number): Promise<void> {
  for (;;) {
    try {
      await layout.ensureShared();
      return;
    } catch (error) {
      if (!isPassing(error) || performance.now() + RETRY_MS > until) throw error;
    }
    await pause(RETRY_MS);
  }
}

function unreachable(servers: string, error: unknown): StoreError {
  const code = systemCode(error);
  const shown = code === undefined ? servers : `${servers} (${code})`;
  return storeFailure(shown, new CallFailure('unreachable', { cause: error }));
}

function unavailable(message: string, cause?: unknown): StoreError {
  return new StoreError('StoreUnavailable', message, { cause });
}
