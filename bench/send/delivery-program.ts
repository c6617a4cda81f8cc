import { systemClock } from '@mailprovider/process';
import { DEFAULT_SETTINGS } from '@mailprovider/sender/settings';
import { createAddressPolicy, openSession, systemResolver } from '@mailprovider/smtp';
import { SessionPool } from '@mailprovider/smtp/pool/session-pool';
import { z } from 'zod';
import { assist } from '../measure/assist.ts';
import { repeat } from '../measure/repeat.ts';
import { FROM, RECIPIENT, renderedMessage } from './message.ts';

const taskSchema = z.object({
  port: z.int(),
  kept: z.int(),
  concurrency: z.int(),
  seconds: z.number(),
});

const { monotonicMs } = systemClock;
const resolver = systemResolver();
const addressPolicy = createAddressPolicy({ allowLoopback: true });
/** As a provider without TLS and user name has it. */
const target = { host: '127.0.0.1', tlsMode: 'none', verifyCertificate: true } as const;

/** Sessions that are kept as those of the sender are. */
function createPool({ port, kept }: { readonly port: number; readonly kept: number }): SessionPool {
  const { maxMessagesPerSession: maxMessages, idleTimeoutMs } = DEFAULT_SETTINGS;
  return new SessionPool({
    open: (signal) =>
      openSession({ ...target, port, serverName: target.host }, undefined, {
        signal,
        resolver,
        addressPolicy,
        monotonicMs,
      }),
    maxConnections: kept,
    maxMessages,
    idleTimeoutMs,
    clock: systemClock,
  });
}

let pool: SessionPool | undefined;
const content = [renderedMessage()];

/** A mail as the sender gives it to a session, but for the store that it waits for. */
async function deliver(sessions: SessionPool): Promise<void> {
  const [result] = await sessions.send({
    from: FROM,
    recipients: [RECIPIENT],
    content,
    smtpUtf8: false,
    dataStarted: () => Promise.resolve(),
  });
  if (result?.outcome !== 'delivered') throw new Error(`a mail is ${result?.outcome}`);
}

assist((message) => {
  const task = taskSchema.parse(message);
  pool ??= createPool(task);
  const sessions = pool;
  return repeat(() => deliver(sessions), task);
});
