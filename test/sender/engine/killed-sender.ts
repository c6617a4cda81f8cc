import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import { allArrived } from './arrivals.ts';
import { Answers, startCallers } from './callers.ts';
import type { ReceivingServer } from './receiving-server.ts';
import { type SenderChild, startSenderChild } from './sender-child.ts';
import { openStore, type StoreEngine } from './store-engine.ts';

/** Mails are accepted in batches of as many as there are callers, so a moment is a mail and a part of a batch. */
const MOST_MAILS = 60;
const BATCH_MS = 10;
const CALLERS = 8;

export interface KillOptions {
  readonly server: ReceivingServer;
  readonly engine: StoreEngine;
  /** How many share the mails. */
  readonly senders: number;
  readonly rounds: number;
  readonly random: () => number;
}

/** What is known of mails after senders were killed again and again. */
export interface KillRecord extends Answers {
  /** By Message-ID, those whose record said, after some kill, that the server may have them. */
  readonly dataStarted: Set<string>;
}

/**
 * Starts senders, has them accept mails, and kills one at a moment drawn by chance; as often as
 * `rounds` says. Resolves with what is known of the mails when all that were accepted are delivered;
 * rejects when they are not.
 */
export async function killRounds(t: Test, options: KillOptions): Promise<KillRecord> {
  const { server, engine, rounds, random } = options;
  const record = Object.assign(new Answers(), { dataStarted: new Set<string>() });
  const running: SenderChild[] = [];
  const startMissing = async () => {
    while (running.length < options.senders)
      running.push(await startSenderChild(t, engine, server));
  };
  for (let round = 0; round < rounds; round += 1) {
    await startMissing();
    const urls = running.map(({ url }) => url);
    const callers = startCallers(record, urls, { callers: CALLERS / options.senders });
    const enough = record.accepted.size + Math.floor(random() * MOST_MAILS);
    while (record.accepted.size < enough) await delay(1);
    await delay(random() * BATCH_MS);
    const [killed] = running.splice(Math.floor(random() * running.length), 1);
    await killed?.kill();
    await noteStarted(engine, record);
    await callers.end();
  }
  await startMissing();
  await allArrived(server, record.accepted);
  for (const sender of running) await sender.stop();
  return record;
}

async function noteStarted(engine: StoreEngine, { dataStarted }: KillRecord): Promise<void> {
  const store = await openStore(engine);
  const { mails } = await store.list('queued', { limit: 10_000 });
  for (const mail of mails) if (mail.dataStarted) dataStarted.add(mail.messageId);
  await store.close();
}
