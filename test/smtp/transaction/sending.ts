import type { RecipientResult, SmtpSession, TimeLimits, Transaction } from '@mailprovider/smtp';
import type { Test } from 'tap';
import { open } from '../probe.ts';
import { greetAndOffer, type ScriptedPeer, type Step, scriptedPeer } from '../scripted-peer.ts';

/** Longer than any test takes. */
export const PATIENCE: TimeLimits = {
  mail: 60_000,
  rcpt: 60_000,
  data: 60_000,
  block: 60_000,
  final: 60_000,
};

/** That of `mailTo`. */
export const CONTENT = Buffer.from('Subject: a test\r\n\r\n..dots\r\nand an end\r\n');

/** A transaction for so many recipients, or these, in which nothing is out of the ordinary. */
export function mailTo(
  recipients: number | readonly string[],
  more: Partial<Transaction> = {},
): Transaction {
  return {
    from: 'sender@mail.example',
    recipients:
      typeof recipients === 'number'
        ? Array.from({ length: recipients }, (_, i) => `person-${i + 1}@mail.example`)
        : recipients,
    content: [CONTENT],
    smtpUtf8: false,
    ...more,
  };
}

/** Writes a result in one line. */
export function written(result: RecipientResult): string {
  if (result.outcome === 'delivered') return 'delivered';
  const { outcome, stage, reason, code } = result;
  return [outcome, stage, reason, ...(code === undefined ? [] : [code])].join(' ');
}

/** Sends, and writes the results. */
export async function sent(
  session: Pick<SmtpSession, 'send'>,
  transaction: Transaction,
): Promise<readonly string[]> {
  return (await session.send(transaction)).map(written);
}

export interface Conversation {
  readonly peer: ScriptedPeer;
  readonly session: SmtpSession;
}

/** Opens a session to a peer that offers `extensions` and then takes `steps`. */
export async function converse(
  t: Test,
  extensions: readonly string[],
  steps: readonly Step[],
  timeLimits = PATIENCE,
): Promise<Conversation> {
  const peer = await scriptedPeer(t, [...greetAndOffer(...extensions), ...steps]);
  const session = await open({ target: { port: peer.port }, timeLimits });
  t.teardown(() => session.close());
  return { peer, session };
}
