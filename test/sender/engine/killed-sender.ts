import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import type { Test } from 'tap';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { ReceivingServer } from './receiving-server.ts';

const SCRIPT = join(import.meta.dirname, 'sender-process.js');
/** Mails are accepted in batches of as many as there are callers, so a moment is a mail and a part of a batch. */
const MOST_MAILS = 60;
const BATCH_MS = 10;
const CALLERS = 8;

const acceptedSchema = z.object({ id: z.string(), messageId: z.string() });

/** What is known of mails after a sender was killed again and again. */
export interface KillRecord {
  /** By Message-ID, those that were answered with 202. */
  readonly accepted: Set<string>;
  /** Those whose record said, after some kill, that the server may have them. */
  readonly dataStarted: Set<string>;
}

/**
 * Starts a sender, has it accept mails, and kills it at a moment drawn by chance; as often as `rounds`
 * says. Resolves with what is known of the mails when the last sender has delivered everything.
 */
export async function killRounds(
  t: Test,
  { server, rounds, random }: { server: ReceivingServer; rounds: number; random: () => number },
): Promise<KillRecord> {
  const folder = t.testdir();
  const record: KillRecord = { accepted: new Set(), dataStarted: new Set() };
  for (let round = 0; round < rounds; round += 1) {
    const { child, url } = await startProcess(folder, server.port);
    const stop = new AbortController();
    const callers = Array.from({ length: CALLERS }, () => call(url, record, stop.signal));
    const enough = record.accepted.size + Math.floor(random() * MOST_MAILS);
    while (record.accepted.size < enough) await delay(1);
    await delay(random() * BATCH_MS);
    child.kill('SIGKILL');
    await once(child, 'exit');
    stop.abort();
    await Promise.all(callers);
    await noteStarted(folder, record);
  }
  const { child } = await startProcess(folder, server.port);
  t.teardown(() => child.kill('SIGKILL'));
  while (!hasAll(server, record.accepted)) await delay(20);
  child.kill('SIGTERM');
  await once(child, 'exit');
  return record;
}

function hasAll(server: ReceivingServer, accepted: ReadonlySet<string>): boolean {
  const arrived = new Set(messageIds(server));
  return [...accepted].every((id) => arrived.has(id));
}

/** The Message-ID of each message that arrived, in their order. */
export function messageIds({ received }: Pick<ReceivingServer, 'received'>): readonly string[] {
  return received.map(({ content }) => /Message-ID: (.*)\r/.exec(content)?.[1] ?? '');
}

async function startProcess(
  folder: string,
  port: number,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const args = [SCRIPT, folder, String(port)];
  // Node as users have it: the environment of the test runner instruments it.
  const env = { PATH: process.env['PATH'] };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const url of createInterface({ input: child.stdout })) return { child, url };
  throw new Error('the sender ended before it served');
}

/** Submits one mail after the other until the process is gone. */
async function call(url: string, record: KillRecord, signal: AbortSignal): Promise<void> {
  const dispatcher = new Agent();
  const body = JSON.stringify({ to: 'ops@example.com', subject: 'killed', text: 'text' });
  const headers = { 'content-type': 'application/json' };
  try {
    while (!signal.aborted) {
      const options = { method: 'POST', body, headers, dispatcher, signal } as const;
      const answer = await request(`${url}/v1/mails`, options);
      const text = await answer.body.text();
      if (answer.statusCode !== 202) throw new Error(text);
      record.accepted.add(acceptedSchema.parse(JSON.parse(text)).messageId);
    }
  } catch {
    // The process was killed; what it did not answer was not accepted.
  } finally {
    await dispatcher.destroy();
  }
}

async function noteStarted(folder: string, { dataStarted }: KillRecord): Promise<void> {
  const store = await openLmdbStore(folder);
  const { mails } = await store.list('queued', { limit: 10_000 });
  for (const mail of mails) if (mail.dataStarted) dataStarted.add(mail.messageId);
  await store.close();
}
