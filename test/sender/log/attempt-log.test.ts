import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { createLogger } from '@mailprovider/process';
import { createAttemptLog } from '@mailprovider/sender/log/attempt-log';
import t from 'tap';
import { attemptReport, failed, mailRecord } from '../attempt-report.ts';

function logUnderTest() {
  const output = new PassThrough();
  const log = createAttemptLog(createLogger('sender', 'info', output));
  const lines = () =>
    String(output.read() ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  return { log, lines };
}

t.test('an attempt is one line, without an address', async (t) => {
  const { log, lines } = logUnderTest();
  const failure = { reason: 'RecipientRejected', stage: 'rcpt', code: 450 } as const;
  const recipients = [
    { address: 'b@example.com', outcome: 'delivered' as const },
    failed('deferred', 'RecipientRejected'),
  ];
  log.attempted(attemptReport({ recipients, state: 'queued', attempts: 2 }, { failure }));
  const [line, ...others] = lines();
  t.strictSame(others, []);
  t.match(line, {
    component: 'mailprovider-sender',
    level: 'info',
    provider: 'p',
    mail: mailRecord().id,
    messageId: '<1@example.com>',
    attempt: 2,
    state: 'queued',
    outcomes: { delivered: 1, deferred: 1 },
    reason: 'RecipientRejected',
    stage: 'rcpt',
    code: 450,
    seconds: 0.02,
  });
  const digest = createHash('sha256').update('b@example.com').digest('hex');
  t.equal(line.recipients[0], digest.slice(0, 12));
  t.notMatch(JSON.stringify(line.recipients), /@/);
});

t.test(
  'a dead letter is one line with every reason; mails that end well have none of their own',
  async (t) => {
    const { log, lines } = logUnderTest();
    const recipients = [failed('rejected', 'RecipientRejected'), failed('deferred', 'Timeout')];
    log.ended(mailRecord({ state: 'dead', recipients }));
    log.ended(mailRecord({ state: 'sent' }));
    t.match(lines(), [{ level: 'warn', provider: 'p', reasons: ['RecipientRejected', 'Timeout'] }]);
  },
);
