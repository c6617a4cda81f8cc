import { setInterval as every } from 'node:timers/promises';
import type { SenderUnderTest } from './sender-under-test.ts';

const MAILS_A_SECOND = 200;

/** Submits mails at a steady rate, and again what is to be tried again; returns how many were accepted. */
export async function load(
  { sender }: Pick<SenderUnderTest, 'sender'>,
  seconds: number,
): Promise<number> {
  const submissions: Promise<void>[] = [];
  const submit = async (subject: string) => {
    for (;;) {
      const result = await sender.submit({ to: 'ops@example.com', subject, text: 'text' });
      if (result.kind === 'accepted') return;
      if (result.kind !== 'refused' || result.retryAfterSeconds === undefined) throw result;
      await new Promise(setImmediate);
    }
  };
  const perTick = 5;
  for await (const _ of every((1000 * perTick) / MAILS_A_SECOND)) {
    for (let index = 0; index < perTick; index += 1) {
      submissions.push(submit(String(submissions.length)));
    }
    if (submissions.length >= seconds * MAILS_A_SECOND) break;
  }
  await Promise.all(submissions);
  return submissions.length;
}

/** The subjects of messages. */
export function subjects(received: readonly { readonly content: string }[]): ReadonlySet<string> {
  return new Set(received.map(({ content }) => /Subject: (.*)\r/.exec(content)?.[1] ?? ''));
}
