import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { commonNowMs } from '../measure/common-clock.ts';
import { RECIPIENT, subjectAt, TEXT } from './message.ts';
import { PostConnection } from './post-connection.ts';

export const loadTaskSchema = z.object({
  /** Where mails are posted; the connections are shared among them. */
  urls: z.array(z.url()).min(1),
  token: z.string().optional(),
  /** Name of the MailProvider. */
  provider: z.string(),
  mails: z.int(),
  /** Each has one request under way. */
  connections: z.int(),
  /** How many a second are due; absent: each as soon as a connection is free. */
  perSecond: z.number().optional(),
});
export type LoadTask = z.output<typeof loadTaskSchema>;

export const loadResultSchema = z.object({
  /** When the first mail was posted, by the common clock. */
  startedAt: z.number(),
  /** When the last was accepted. */
  acceptedAt: z.number(),
  /** How often a mail was posted again, since the queue of the provider was full. */
  repeated: z.int(),
});
export type LoadResult = z.output<typeof loadResultSchema>;

const ACCEPTED = 202;
const QUEUE_FULL = 429;
/** A full queue of 10,000 is not empty by then, even at 50,000 mails a second. */
const REPEAT_AFTER_MS = 200;

function bodyOf(provider: string, submittedAt: number): string {
  const to = [{ address: RECIPIENT }];
  return JSON.stringify({ provider, to, subject: subjectAt(submittedAt), text: TEXT });
}

/** Posts until the mail is accepted; returns how often it was refused before. */
async function submit(connection: PostConnection, body: string): Promise<number> {
  for (let repeated = 0; ; repeated += 1) {
    const status = await connection.post(body);
    if (status === ACCEPTED) return repeated;
    if (status !== QUEUE_FULL) throw new Error(`a submission is answered with ${status}`);
    await delay(REPEAT_AFTER_MS);
  }
}

/**
 * Posts mails until all are accepted.
 *
 * A mail at a given rate counts as submitted when it was due, even if no connection was free then.
 */
export async function load(task: LoadTask): Promise<LoadResult> {
  const { provider, mails, perSecond } = task;
  const { urls, token } = task;
  const targets = Array.from({ length: task.connections }, (_, index) => ({
    url: urls[index % urls.length] ?? '',
    token,
  }));
  const connections = await Promise.all(targets.map((target) => PostConnection.open(target)));
  const startedAt = commonNowMs();
  let next = 0;
  let repeated = 0;
  const lane = async (connection: PostConnection) => {
    while (next < mails) {
      const number = next;
      next += 1;
      const now = commonNowMs();
      const due = perSecond === undefined ? now : startedAt + (number * 1000) / perSecond;
      if (due > now) await delay(due - now);
      const refused = await submit(connection, bodyOf(provider, due));
      repeated += refused;
    }
  };
  try {
    await Promise.all(connections.map(lane));
    return { startedAt, acceptedAt: commonNowMs(), repeated };
  } finally {
    for (const connection of connections) connection.close();
  }
}
