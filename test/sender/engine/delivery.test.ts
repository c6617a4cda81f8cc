import t, { type Test } from 'tap';
import { localSpec } from './local-spec.ts';
import { type Answer, hangAt, receivingServer } from './receiving-server.ts';
import { type SenderUnderTest, senderUnderTest } from './sender-under-test.ts';

async function withServer(t: Test, settings = {}, spec: Record<string, object | boolean> = {}) {
  const server = await receivingServer(t);
  const under = await senderUnderTest(t, { settings });
  under.declared.provider('first', localSpec(server.port, spec));
  return { server, ...under };
}

/** What one recipient of the mail that ended last shows. */
function endOf({ recorder }: SenderUnderTest, address: string): object | undefined {
  return recorder.ends.at(-1)?.recipients.find((recipient) => recipient.address === address);
}

t.test('an accepted mail arrives with From, Message-ID and Date, without Bcc', async (t) => {
  const under = await withServer(t);
  const { messageId } = await under.accept({ bcc: 'secret@example.com', text: '.dot\r\n..two' });
  await under.recorder.hasEnds(1);
  const [message] = under.server.received;
  t.same(message?.recipients, ['ops@example.com', 'secret@example.com']);
  t.equal(message?.from, 'noreply@example.com');
  const content = message?.content ?? '';
  t.match(content, /^From: Breakglass <noreply@example.com>\r\n/);
  t.ok(content.includes(`Message-ID: ${messageId}\r\n`));
  t.match(content, /\r\nDate: /);
  t.match(content, /\r\n\r\n\.dot\r\n\.\.two\r\n/);
  t.notMatch(content, /bcc|secret/i);
  t.match(under.recorder.ends[0], { state: 'sent', attempts: 1 });
});

t.test('500 mails go over as many sessions as the provider allows, each kept', async (t) => {
  const { server, accept, recorder, sender } = await withServer(t, { maxMessagesPerSession: 100 });
  await Promise.all(Array.from({ length: 500 }, (_, index) => accept({ subject: `${index}` })));
  await recorder.hasEnds(500);
  t.equal(server.received.length, 500);
  t.ok(server.seen.connections <= 5 + 5, `${server.seen.connections}: 5 at once, 100 mails each`);
  t.same(await sender.readings(), [{ provider: 'first', depth: 0, oldestQueuedAt: undefined }]);
});

t.test('a refusal for now is retried for that recipient alone, and shows its reason', async (t) => {
  const under = await withServer(t);
  const { server, recorder, sender } = under;
  let refusals = 0;
  server.answer = (line): Answer => {
    if (!line.includes('busy@') || refusals === 2) return undefined;
    refusals += 1;
    return '450 4.2.1 busy';
  };
  const { id } = await under.accept({ to: ['one@example.com', 'busy@example.com'] });
  await recorder.hasAttempts(1);
  const waiting = await sender.find(id);
  t.match(waiting?.recipients, [
    { outcome: 'delivered' },
    { outcome: 'deferred', reason: 'RecipientRejected', code: 450, provider: 'first' },
  ]);
  await recorder.hasEnds(1);
  t.same(
    server.received.map(({ recipients }) => recipients),
    [['one@example.com'], ['busy@example.com']],
  );
  t.match(recorder.ends[0], { state: 'sent', attempts: 3 });
  const ids = server.received.map(({ content }) => /Message-ID: (.*)\r/.exec(content)?.[1]);
  t.equal(ids[0], ids[1]);
});

t.test('a refusal for good is not retried', async (t) => {
  const under = await withServer(t);
  under.server.answer = (line) => (line.startsWith('RCPT') ? '550 5.1.1 nobody' : undefined);
  await under.accept();
  await under.recorder.hasEnds(1);
  t.match(under.recorder.ends[0], { state: 'dead', attempts: 1 });
  t.match(endOf(under, 'ops@example.com'), {
    outcome: 'rejected',
    reason: 'RecipientRejected',
    code: 550,
  });
});

t.test(
  'without slow retries a mail dies after spec.retry.count of them, with its reason',
  async (t) => {
    const { slow: _, ...rest } = { slow: true, slowInitialMs: 1, slowMaxMs: 1, maxAgeMs: 60_000 };
    const under = await withServer(t, { retry: { slow: false, ...rest } });
    await under.server.down();
    await under.accept();
    await under.recorder.hasEnds(1);
    t.match(under.recorder.ends[0], { state: 'dead', attempts: 4 });
    t.match(endOf(under, 'ops@example.com'), { outcome: 'deferred', reason: 'ConnectionRefused' });
  },
);

t.test('mails wait for a server that is down, and go when it is back', async (t) => {
  const under = await withServer(t);
  await under.server.down();
  for (let index = 0; index < 50; index += 1) await under.accept();
  await under.recorder.hasAttempts(100);
  await under.server.up();
  await under.recorder.hasEnds(50);
  t.equal(under.server.received.length, 50);
});

t.test(
  'an answer to the final dot that does not come is uncertain, and tried once more',
  async (t) => {
    const under = await withServer(t);
    under.server.answer = (line) => (line === '.' ? 'drop' : undefined);
    await under.accept();
    await under.recorder.hasEnds(1);
    t.match(under.recorder.ends[0], { state: 'dead', attempts: 2, uncertainAttempts: 2 });
    t.match(endOf(under, 'ops@example.com'), { outcome: 'uncertain', reason: 'ConnectionClosed' });
  },
);

t.test('an uncertain mail is not tried again where that is off', async (t) => {
  const under = await withServer(t, { uncertainRetries: 0 });
  under.server.answer = (line) => (line === '.' ? 'drop' : undefined);
  await under.accept();
  await under.recorder.hasEnds(1);
  t.match(under.recorder.ends[0], { state: 'dead', attempts: 1, uncertainAttempts: 1 });
});

t.test(
  'the mark that precedes the final dot is set early only where a repetition is allowed',
  async (t) => {
    for (const uncertainRetries of [0, 1]) {
      const { server, sender, accept } = await withServer(t, { uncertainRetries, graceMs: 0 });
      const asked = hangAt(server, 'MAIL');
      const { id } = await accept();
      await asked;
      // A commit that was begun before has ended once another one has.
      await accept();
      t.match(await sender.find(id), { dataStarted: uncertainRetries > 0 });
    }
  },
);

t.test('a provider that is disabled or gone keeps its mails, with the reason', async (t) => {
  const under = await withServer(t);
  const { declared, recorder, server, sender } = under;
  await server.down();
  const { id } = await under.accept();
  await recorder.hasAttempts(1);
  declared.provider('first', localSpec(server.port, { disabled: true }));
  await recorder.hasAttempts(recorder.attempts.length + 1);
  t.match((await sender.find(id))?.recipients, [
    { outcome: 'deferred', reason: 'ProviderDisabled' },
  ]);
  declared.withdraw('first');
  await recorder.hasAttempts(recorder.attempts.length + 1);
  t.match((await sender.find(id))?.recipients, [{ reason: 'ProviderNotFound' }]);
  await server.up();
  declared.provider('first', localSpec(server.port));
  await recorder.hasEnds(1);
  t.match(recorder.ends[0], { state: 'sent' });
});

t.test('the backlog of a provider is bounded, retries included', async (t) => {
  const under = await withServer(
    t,
    {},
    { retry: { count: 3, initialBackoffMs: 10, queueSize: 10 } },
  );
  await under.server.down();
  const results = await Promise.all(
    Array.from({ length: 1_000 }, () =>
      under.sender.submit({ to: 'ops@example.com', subject: 's', text: 't' }),
    ),
  );
  const refused = results.filter((result) => result.kind === 'refused');
  t.equal(refused.length, 990);
  t.match(refused[0], { refusal: 'QueueFull', retryAfterSeconds: 1 });
  t.match(refused[0]?.kind === 'refused' && refused[0].message, /"first".*10 mails.*queueSize/);
  await under.server.up();
  await under.recorder.hasEnds(10);
  t.equal(under.server.received.length, 10);
  await under.accept();
});

t.test('a mail that was the trial of a server and is deferred waits for its turn', async (t) => {
  const retry = { count: 5, initialBackoffMs: 200 };
  const { server, accept, recorder } = await withServer(t, {}, { retry });
  await server.down();
  await accept();
  await recorder.hasAttempts(1);
  server.answer = (line) => (line.startsWith('RCPT') ? '450 4.2.0 later' : undefined);
  await server.up();
  await recorder.hasAttempts(3);
  const [, second, third] = recorder.attempts.map(({ at }) => at.getTime());
  t.ok(Number(third) - Number(second) >= 195, `${third} after ${second}, half of 2 * 200 ms`);
});
