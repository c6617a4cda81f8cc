import type { AttemptResult } from '@mailprovider/sender/mail/attempt-result';
import type { MailRecord, RecipientRecord } from '@mailprovider/sender/mail/mail-record';
import {
  afterAttempt,
  afterInterruption,
  isOpen,
  type OutcomeRules,
  queuedAnew,
} from '@mailprovider/sender/queue/attempt-outcome';
import { DEFAULT_SETTINGS } from '@mailprovider/sender/settings';
import t from 'tap';

const RULES: OutcomeRules = {
  fast: { count: 1, initialBackoffMs: 100 },
  retry: { ...DEFAULT_SETTINGS.retry, slow: false },
  uncertainRetries: 1,
};
const MOMENT = { now: 1_000, random: 0 };
const DEFERRED: AttemptResult = { outcome: 'deferred', reason: 'RecipientRejected', code: 450 };
const REJECTED: AttemptResult = { outcome: 'rejected', reason: 'RecipientRejected', code: 550 };
const UNCERTAIN: AttemptResult = { outcome: 'uncertain', reason: 'ConnectionClosed' };
const DELIVERED: AttemptResult = { outcome: 'delivered' };

function mailTo(...addresses: string[]): MailRecord {
  return {
    id: '01',
    messageId: '<01@example.com>',
    provider: 'first',
    state: 'queued',
    recipients: addresses.map((address) => ({ address, outcome: 'pending' })),
    acceptedAt: 0,
    queuedAt: 0,
    dueAt: 0,
    attempts: 0,
    dataStarted: true,
    uncertainAttempts: 0,
    size: 1,
    smtpUtf8: false,
    revision: 0,
  };
}

function after(
  mail: MailRecord,
  results: Record<string, AttemptResult>,
  rules = RULES,
): MailRecord {
  return afterAttempt(mail, new Map(Object.entries(results)), rules, MOMENT);
}

function outcomes({ recipients }: MailRecord): readonly string[] {
  return recipients.map(({ outcome }) => outcome);
}

t.test('a mail that everyone has is sent', async (t) => {
  const mail = after(mailTo('a', 'b'), { a: DELIVERED, b: DELIVERED });
  t.match(mail, { state: 'sent', dueAt: 1_000, attempts: 1, dataStarted: false });
});

t.test('only who does not have it for now is tried again, and it tells why at once', async (t) => {
  const mail = after(mailTo('a', 'b', 'c'), { a: DELIVERED, b: DEFERRED, c: REJECTED });
  t.match(mail, { state: 'queued', dueAt: 1_050, dataStarted: false });
  t.same(outcomes(mail), ['delivered', 'deferred', 'rejected']);
  t.match(mail.recipients[1], { reason: 'RecipientRejected', code: 450, provider: 'first' });
  const open = mail.recipients.filter((recipient) => isOpen(recipient, mail, 1));
  t.same(
    open.map(({ address }) => address),
    ['b'],
  );
  const next = after(mail, { b: DELIVERED });
  t.match(next, { state: 'dead', attempts: 2 }, 'c never got it');
});

t.test('a mail that nobody may get any more is a dead letter', async (t) => {
  t.match(after(mailTo('a'), { a: REJECTED }), { state: 'dead', dueAt: 1_000 });
  const twice = after(after(mailTo('a'), { a: DEFERRED }), { a: DEFERRED });
  t.match(twice, { state: 'dead', attempts: 2, recipients: [{ outcome: 'deferred' }] });
});

t.test('an uncertain outcome is tried again once, with what else is open', async (t) => {
  const once = after(mailTo('a'), { a: UNCERTAIN });
  t.match(once, { state: 'queued', uncertainAttempts: 1 });
  const roomy = { ...RULES, fast: { count: 5, initialBackoffMs: 100 } };
  const twice = after(once, { a: UNCERTAIN }, roomy);
  t.match(twice, { state: 'dead', uncertainAttempts: 2, recipients: [{ outcome: 'uncertain' }] });
});

t.test('who may have the mail stays uncertain until a server tells', async (t) => {
  const roomy = { ...RULES, fast: { count: 2, initialBackoffMs: 100 } };
  const refused = after(after(mailTo('a'), { a: UNCERTAIN }, roomy), { a: DEFERRED }, roomy);
  t.match(refused, {
    state: 'queued',
    uncertainAttempts: 1,
    recipients: [{ outcome: 'uncertain', reason: 'RecipientRejected', code: 450 }],
  });
  const dead = after(refused, { a: DEFERRED }, roomy);
  t.match(dead, { state: 'dead', recipients: [{ outcome: 'uncertain' }] });
  t.same(outcomes(after(refused, { a: DELIVERED }, roomy)), ['delivered']);
  t.same(outcomes(after(refused, { a: REJECTED }, roomy)), ['rejected']);
});

t.test('an uncertain outcome is final where it is never tried again', async (t) => {
  const never = { ...RULES, uncertainRetries: 0 };
  t.match(after(mailTo('a'), { a: UNCERTAIN }, never), { state: 'dead' });
  t.match(afterInterruption(mailTo('a'), never, MOMENT), {
    state: 'dead',
    recipients: [{ outcome: 'uncertain', reason: 'Interrupted' }],
  });
});

t.test(
  'a mail that an ended process may have delivered is uncertain, and tried again',
  async (t) => {
    const interrupted = afterInterruption(mailTo('a'), RULES, MOMENT);
    t.match(interrupted, {
      state: 'queued',
      dataStarted: false,
      uncertainAttempts: 0,
      attempts: 1,
    });
    t.same(outcomes(interrupted), ['uncertain']);
    const untouched = { ...mailTo('a'), dataStarted: false };
    t.equal(afterInterruption(untouched, RULES, MOMENT), untouched);
  },
);

t.test('an interruption leaves alone who has the mail, and who is not to get it', async (t) => {
  const partly = after(mailTo('a', 'b', 'c'), { a: DELIVERED, b: DEFERRED, c: REJECTED });
  const interrupted = afterInterruption({ ...partly, dataStarted: true }, RULES, MOMENT);
  t.same(outcomes(interrupted), ['delivered', 'uncertain', 'rejected']);
});

t.test('a dead letter is queued anew for everyone who did not get it', async (t) => {
  const dead = after(mailTo('a', 'b'), { a: DELIVERED, b: REJECTED });
  const anew = queuedAnew(dead, 5_000);
  t.match(anew, { state: 'queued', queuedAt: 5_000, dueAt: 5_000, attempts: 0, acceptedAt: 0 });
  const expected: readonly RecipientRecord[] = [
    { address: 'a', outcome: 'delivered', provider: 'first' },
    { address: 'b', outcome: 'pending' },
  ];
  t.same(anew.recipients, expected);
});
