import { once } from 'node:events';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import t from 'tap';
import { localSpec } from './local-spec.ts';
import { type ReceivingServer, receivingServer } from './receiving-server.ts';
import { type Recorder, senderUnderTest } from './sender-under-test.ts';
import { load, subjects } from './steady-load.ts';

const FALLBACK_SENDER = { address: 'relay@fallback.example', name: 'Fallback' };

function primarySpec(port: number, fields: Record<string, object | boolean> = {}): object {
  return localSpec(port, { fallbacks: ['fallback'], ...fields });
}

function fallbackSpec(port: number, fields: Record<string, object | boolean> = {}): object {
  return localSpec(port, { default: false, sender: FALLBACK_SENDER, ...fields });
}

function unhealthy(status: 'True' | 'False'): NonNullable<MailProvider['status']> {
  const reason = status === 'True' ? 'HealthCheckPassed' : 'ConnectionRefused';
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  return {
    conditions: [{ type: 'Healthy', status, reason, message: '', lastTransitionTime }],
  };
}

/** Takes no mail from now on, and finishes those that it was offered. */
function refuse(server: ReceivingServer): void {
  server.answer = (line) => (line === 'connect' || line.startsWith('MAIL') ? 'drop' : undefined);
}

function work(server: ReceivingServer): void {
  server.answer = () => undefined;
}

async function reroutings(recorder: Recorder, count: number): Promise<void> {
  while (recorder.reroutings.length < count) await once(recorder.news, 'rerouted');
}

t.test('mail goes to the fallback while the primary is down, and returns with it', async (t) => {
  const primary = await receivingServer(t);
  const fallback = await receivingServer(t);
  const under = await senderUnderTest(t);
  under.declared.provider('primary', primarySpec(primary.port));
  under.declared.provider('fallback', fallbackSpec(fallback.port));
  const loading = load(under, 10);
  await primary.has(200);
  refuse(primary);
  await fallback.has(400);
  const before = primary.received.length;
  work(primary);
  const back = Date.now();
  await primary.has(before + 100);
  const returned = Date.now() - back;
  const accepted = await loading;
  await under.recorder.hasEnds(accepted);
  const all = [...primary.received, ...fallback.received];
  t.equal(subjects(all).size, accepted, 'nothing is lost');
  t.equal(all.length, accepted, 'nothing is sent twice');
  t.ok(returned < 30_000, `traffic returned after ${returned} ms`);
  t.ok(fallback.received.every(({ from }) => from === FALLBACK_SENDER.address));
  t.ok(
    fallback.received.every(({ content }) =>
      content.startsWith('From: Fallback <relay@fallback.example>\r\n'),
    ),
  );
  t.ok(primary.received.every(({ from }) => from === 'noreply@example.com'));
  const last = under.recorder.ends.at(-1);
  t.equal(last?.provider, 'primary');
});

t.test('the fast retries come before the fallback', async (t) => {
  const primary = await receivingServer(t);
  const fallback = await receivingServer(t);
  const { declared, recorder, accept } = await senderUnderTest(t);
  const retry = { count: 2, initialBackoffMs: 10 };
  declared.provider('primary', primarySpec(primary.port, { retry }));
  declared.provider('fallback', fallbackSpec(fallback.port));
  refuse(primary);
  const mail = await accept();
  await recorder.hasEnds(1);
  t.equal(primary.seen.connections, 3);
  t.match(recorder.ends, [{ id: mail.id, state: 'sent', provider: 'fallback', origin: 'primary' }]);
  t.equal(recorder.attempts.length, 4);
  await accept();
  await recorder.hasEnds(2);
  t.ok(primary.seen.connections <= 4, 'the next mail is at most a trial');
});

t.test('a provider that health finds to fail is not used where another can be', async (t) => {
  const primary = await receivingServer(t);
  const fallback = await receivingServer(t);
  const { declared, recorder, accept } = await senderUnderTest(t);
  declared.provider('primary', primarySpec(primary.port), unhealthy('False'));
  declared.provider('fallback', fallbackSpec(fallback.port));
  await accept();
  await recorder.hasEnds(1);
  t.equal(fallback.received.length, 1);
  declared.provider('fallback', fallbackSpec(fallback.port), unhealthy('False'));
  await accept();
  await recorder.hasEnds(2);
  t.equal(primary.received.length, 1, 'without a usable fallback the primary is tried');
  declared.provider('primary', primarySpec(primary.port), unhealthy('True'));
  await accept();
  await recorder.hasEnds(3);
  t.equal(primary.received.length, 2);
});

t.test('mail that waits goes to the fallback once health finds the server to fail', async (t) => {
  const primary = await receivingServer(t);
  const fallback = await receivingServer(t);
  const { declared, recorder, accept } = await senderUnderTest(t);
  const one = { smtp: { maxConnections: 1 } };
  declared.provider('primary', primarySpec(primary.port, one));
  declared.provider('fallback', fallbackSpec(fallback.port));
  primary.answer = (line) => (line === 'connect' ? 'hang' : undefined);
  for (let index = 0; index < 10; index += 1) await accept();
  declared.provider('primary', primarySpec(primary.port, one), unhealthy('False'));
  await reroutings(recorder, 8);
  await fallback.has(8);
  t.ok(fallback.received.length >= 8);
});

t.test('mail that the server may have stays with its provider', async (t) => {
  const primary = await receivingServer(t);
  const fallback = await receivingServer(t);
  const { declared, recorder, accept, sender } = await senderUnderTest(t);
  declared.provider('primary', primarySpec(primary.port, { retry: { count: 0 } }));
  declared.provider('fallback', fallbackSpec(fallback.port));
  primary.answer = (line) => (line === '.' ? 'drop' : undefined);
  const { id } = await accept();
  await recorder.hasAttempts(1);
  refuse(primary);
  await accept();
  await fallback.has(1);
  t.match(await sender.find(id), { provider: 'primary', recipients: [{ outcome: 'uncertain' }] });
  work(primary);
  await recorder.hasEnds(2);
  t.match(await sender.find(id), { provider: 'primary', state: 'sent' });
  t.equal(fallback.received.length, 1);
});

t.test('a fallback of a fallback is used, a circle is not followed for ever', async (t) => {
  const servers = await Promise.all([receivingServer(t), receivingServer(t), receivingServer(t)]);
  const [a, b, c] = servers;
  const { declared, recorder, accept } = await senderUnderTest(t);
  const retry = { count: 0, initialBackoffMs: 10 };
  declared.provider('a', localSpec(a.port, { fallbacks: ['b'], retry }));
  declared.provider('b', localSpec(b.port, { default: false, fallbacks: ['c'], retry }));
  declared.provider('c', localSpec(c.port, { default: false, fallbacks: ['a'], retry }));
  for (const server of servers) refuse(server);
  const { id } = await accept();
  await reroutings(recorder, 2);
  work(c);
  await recorder.hasEnds(1);
  t.match(recorder.ends, [{ id, state: 'sent', provider: 'c', origin: 'a' }]);
});

t.test('where nothing can deliver, mail waits at home for any of them', async (t) => {
  const primary = await receivingServer(t);
  const fallback = await receivingServer(t);
  const { declared, recorder, accept, sender } = await senderUnderTest(t);
  const retry = { count: 1, initialBackoffMs: 10 };
  declared.provider('primary', primarySpec(primary.port, { retry }));
  declared.provider('fallback', fallbackSpec(fallback.port, { retry }));
  refuse(primary);
  refuse(fallback);
  const mails = await Promise.all(Array.from({ length: 20 }, () => accept()));
  await recorder.hasAttempts(30);
  t.ok(recorder.reroutings.length < 100, `${recorder.reroutings.length} moves`);
  work(fallback);
  await recorder.hasEnds(20);
  t.equal(fallback.received.length, 20);
  for (const { id } of mails) t.match(await sender.find(id), { state: 'sent' });
});

t.test('a fallback that is disabled, deleted or broken is passed over', async (t) => {
  const primary = await receivingServer(t);
  const last = await receivingServer(t);
  const { declared, recorder, accept } = await senderUnderTest(t);
  const fallbacks = ['gone', 'disabled', 'invalid', 'last'];
  const retry = { count: 0, initialBackoffMs: 10 };
  declared.provider('primary', localSpec(primary.port, { fallbacks, retry }));
  declared.provider('disabled', fallbackSpec(last.port, { disabled: true }));
  declared.provider('invalid', { smtp: {} });
  declared.provider('last', fallbackSpec(last.port));
  refuse(primary);
  await accept();
  await recorder.hasEnds(1);
  t.match(recorder.ends, [{ provider: 'last', state: 'sent' }]);
});

t.test('a server that answers nobody holds up no mail of another provider', async (t) => {
  const quick = await receivingServer(t);
  const slow = await receivingServer(t);
  const settings = { graceMs: 1 };
  const { declared, recorder, accept } = await senderUnderTest(t, { settings });
  declared.provider('quick', localSpec(quick.port));
  declared.provider('slow', localSpec(slow.port, { default: false }));
  slow.answer = (line) => (line === '.' ? 'hang' : undefined);
  for (let index = 0; index < 200; index += 1) await accept({ provider: 'slow' });
  for (let index = 0; index < 200; index += 1) await accept({ provider: 'quick' });
  await recorder.hasEnds(200);
  t.ok(recorder.ends.every(({ provider }) => provider === 'quick'));
});

t.test('a mail that waits shows why, whoever was tried', async (t) => {
  const primary = await receivingServer(t);
  const { declared, recorder, accept, sender } = await senderUnderTest(t);
  declared.provider('primary', localSpec(primary.port, { retry: { count: 0 } }));
  await primary.down();
  await accept();
  await recorder.hasAttempts(4);
  const { id } = await accept();
  t.match(await sender.find(id), {
    recipients: [{ outcome: /pending|deferred/, reason: 'ConnectionRefused' }],
  });
  const queued = await sender.list('queued', { limit: 10 });
  t.ok(queued.mails.every(({ recipients }) => recipients[0]?.reason === 'ConnectionRefused'));
});
