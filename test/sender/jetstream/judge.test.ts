import { judge } from '@mailprovider/sender/jetstream/deliveries';
import type { StoredMail } from '@mailprovider/sender/jetstream/token';
import type { MailRecord } from '@mailprovider/sender/mail/mail-record';
import t from 'tap';
import { sampleMail } from '../store/sample-mail.ts';

const mail = sampleMail();

function stored(hop: number, base: number, changes: Partial<MailRecord> = {}): StoredMail {
  return { format: 1, hop, base, chunks: 0, mail: { ...mail, ...changes } };
}

const first = { stored: stored(1, 0), content: new Uint8Array() };
const second = { stored: stored(2, 7), content: new Uint8Array() };
const early = { stored: stored(2, 0), content: new Uint8Array() };

t.test('a message is judged by the record of its mail', async (t) => {
  const cases = [
    ['the first message, no record', first, undefined, 'current'],
    ['the first message, attempted', first, stored(1, 0, { revision: 3 }), 'current'],
    ['the first message, the mail has ended', first, stored(1, 0, { state: 'sent' }), 'ended'],
    ['the first message, moved on', first, stored(2, 7, { revision: 8 }), 'superseded'],
    [
      'a later message, the record as it was then',
      second,
      stored(1, 0, { revision: 7 }),
      'unfinished',
    ],
    [
      'a later message, a dead letter then',
      second,
      stored(1, 0, { revision: 7, state: 'dead' }),
      'unfinished',
    ],
    [
      'a later message, the mail was attempted instead',
      second,
      stored(1, 0, { revision: 8 }),
      'superseded',
    ],
    ['a later message, the record says so', second, stored(2, 7, { revision: 8 }), 'current'],
    [
      'a later message, the mail went to another provider instead',
      second,
      stored(2, 7, { revision: 8, provider: 'fallback' }),
      'superseded',
    ],
    ['a later message, the mail has ended', second, stored(2, 7, { state: 'cancelled' }), 'ended'],
    ['a later message, no record then', early, undefined, 'unfinished'],
    ['a later message, the record has expired', second, undefined, 'superseded'],
  ] as const;
  for (const [name, token, record, kind] of cases) t.equal(judge(token, record).kind, kind, name);
});

t.test('what is handed over is the record, if there is one', async (t) => {
  t.same(judge(first, undefined), { kind: 'current', stored: first.stored });
  const record = stored(1, 0, { revision: 3, attempts: 2 });
  t.same(judge(first, record), { kind: 'current', stored: record });
  t.same(judge(early, undefined), { kind: 'unfinished', base: 0 });
});
