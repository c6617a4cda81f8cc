import t from 'tap';
import { say } from '../scripted-peer.ts';
import { MailServer } from './mail-server.ts';
import { converse, mailTo, sent } from './sending.ts';

/** What comes of a reply to MAIL. */
const REPLIES: readonly (readonly [reply: string, result: string])[] = [
  ['450 4.7.1 wait', 'deferred mail Throttled 450'],
  ['451 4.7.500 wait', 'deferred mail Throttled 451'],
  ['454 wait', 'deferred mail Throttled 454'],
  ['454 4.5.3 wait', 'deferred mail Throttled 454'],
  ['450 wait', 'deferred mail SenderRejected 450'],
  ['450 4.2.1 wait', 'deferred mail SenderRejected 450'],
  ['451 4.70.1 wait', 'deferred mail SenderRejected 451'],
  ['452 4.7.1 wait', 'deferred mail SenderRejected 452'],
  ['550 5.7.1 no', 'rejected mail SenderRejected 550'],
  ['421 4.7.0 bye', 'deferred mail ServiceUnavailable 421'],
];

for (const [reply, result] of REPLIES) {
  t.test(`what "${reply}" comes to`, async (t) => {
    const at = { at: 'mail', means: 'refusal', steps: [say(`${reply}\r\n`)] } as const;
    const { session } = await converse(t, [], [new MailServer(at).converse]);
    t.strictSame(await sent(session, mailTo(1)), [result]);
  });
}
