import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { scriptedPeer } from '../../smtp/scripted-peer.ts';
import { localSpec } from './local-spec.ts';
import { hangAt, receivingServer } from './receiving-server.ts';
import { accepted, senderUnderTest } from './sender-under-test.ts';

const MAIL = { to: 'ops@example.com', subject: 'subject', text: 'text' };

t.test('the same key and mail have one answer, also when they arrive at once', async (t) => {
  const server = await receivingServer(t);
  const { sender, declared, recorder } = await senderUnderTest(t);
  declared.provider('first', localSpec(server.port));
  const submit = (mail: object) => sender.submit(mail, { idempotencyKey: 'key' });
  const results = await Promise.all(Array.from({ length: 20 }, () => submit(MAIL)));
  t.equal(new Set(results.map((result) => accepted(result).id)).size, 1);
  await recorder.hasEnds(1);
  t.equal(accepted(await submit({ ...MAIL })).id, results.map(accepted)[0]?.id);
  t.match(await submit({ ...MAIL, subject: 'other' }), {
    kind: 'refused',
    refusal: 'IdempotencyKeyReused',
  });
  t.equal(server.received.length, 1);
});

t.test('a repeated mail has its answer whatever has become of its provider', async (t) => {
  const server = await receivingServer(t);
  const { sender, declared } = await senderUnderTest(t);
  declared.provider('first', localSpec(server.port));
  const submit = () => sender.submit(MAIL, { idempotencyKey: 'key' });
  const { id } = accepted(await submit());
  declared.withdraw('first');
  t.equal(accepted(await submit()).id, id);
});

t.test('a mail that waits can be cancelled, once; one that ended cannot', async (t) => {
  const server = await receivingServer(t);
  const { sender, declared, recorder, accept } = await senderUnderTest(t);
  declared.provider('first', localSpec(server.port, { retry: { initialBackoffMs: 60_000 } }));
  await server.down();
  const { id } = await accept();
  await recorder.hasAttempts(1);
  const results = await Promise.all([sender.cancel(id), sender.cancel(id)]);
  t.same(results.map(({ kind }) => kind).sort(), ['changed', 'conflict']);
  t.match(await sender.find(id), { state: 'cancelled' });
  t.match(await sender.cancel(id), { kind: 'conflict', message: /cancelled, not queued/ });
  t.same((await sender.readings())[0]?.depth, 0);
  t.match(await sender.cancel('unknown'), { kind: 'not-found' });
});

t.test('a dead letter is listed, retried for who did not get it, and sent', async (t) => {
  const server = await receivingServer(t);
  const { sender, declared, recorder, accept } = await senderUnderTest(t);
  declared.provider('first', localSpec(server.port));
  server.answer = (line) => (line.includes('bad@') ? '550 5.1.1 no' : undefined);
  const { id } = await accept({ to: ['good@example.com', 'bad@example.com'] });
  await recorder.hasEnds(1);
  t.match(await sender.list('dead', { limit: 10 }), { mails: [{ id, state: 'dead' }] });
  t.match(await sender.retry('unknown'), { kind: 'not-found' });
  server.answer = () => undefined;
  t.match(await sender.retry(id), { kind: 'changed', mail: { id, state: 'queued', attempts: 0 } });
  await recorder.hasEnds(2);
  t.match(await sender.find(id), { state: 'sent' });
  t.same(
    server.received.map(({ recipients }) => recipients),
    [['good@example.com'], ['bad@example.com']],
  );
  t.match(await sender.retry(id), { kind: 'conflict', message: /sent, not a dead letter/ });
});

t.test('what is not a mail, and a provider that cannot be used, is refused', async (t) => {
  const { sender, declared, recorder } = await senderUnderTest(t);
  t.match(await sender.submit({}), { kind: 'invalid' });
  t.match(await sender.submit(MAIL), { refusal: 'NoDefaultProvider' });
  t.match(await sender.submit({ ...MAIL, provider: 'none' }), {
    refusal: 'ProviderNotFound',
    message: /"none"/,
  });
  declared.provider('off', { ...localSpec(25), disabled: true });
  t.match(await sender.submit({ ...MAIL, provider: 'off' }), {
    refusal: 'ProviderDisabled',
    message: /"off"/,
  });
  t.same(recorder.refusals, [
    'Invalid',
    'NoDefaultProvider',
    'ProviderNotFound',
    'ProviderDisabled',
  ]);
});

t.test('mails do not wait for a server that is silent once there is another one', async (t) => {
  const silent = await scriptedPeer(t, []);
  const server = await receivingServer(t);
  const { declared, recorder, accept } = await senderUnderTest(t, {
    settings: { openTimeoutMs: 60_000 },
  });
  declared.provider('first', localSpec(silent.port));
  await Promise.all(Array.from({ length: 10 }, () => accept()));
  while (silent.connections() === 0) await setImmediate();
  declared.provider('first', localSpec(server.port));
  await recorder.hasEnds(10);
  t.equal(server.received.length, 10);
  t.ok(
    recorder.ends.every(({ attempts }) => attempts === 1),
    'the change counts as no attempt',
  );
  await silent.ended();
});

t.test('nor for one that stopped to answer within mails', async (t) => {
  const hanging = await receivingServer(t);
  const server = await receivingServer(t);
  const { declared, recorder, accept } = await senderUnderTest(t, { settings: { graceMs: 100 } });
  const hung = hangAt(hanging, 'MAIL', 5);
  declared.provider('first', localSpec(hanging.port));
  await Promise.all(Array.from({ length: 10 }, () => accept()));
  await hung;
  declared.provider('first', localSpec(server.port));
  await recorder.hasEnds(5);
  t.equal(server.received.length, 5);
});

t.test('sessions of a provider that was disabled are not used when it is enabled', async (t) => {
  const server = await receivingServer(t);
  const { declared, recorder, accept } = await senderUnderTest(t);
  declared.provider('first', localSpec(server.port));
  await accept();
  await recorder.hasEnds(1);
  declared.provider('first', localSpec(server.port, { disabled: true }));
  declared.provider('first', localSpec(server.port));
  await accept();
  await recorder.hasEnds(2);
  t.equal(server.seen.connections, 2);
});

t.test('what waits for a server is tried as soon as health finds that it works', async (t) => {
  const server = await receivingServer(t);
  const { declared, recorder, accept } = await senderUnderTest(t);
  const spec = localSpec(server.port, { retry: { initialBackoffMs: 60_000 } });
  const found = (status: 'True' | 'False') => {
    const lastTransitionTime = new Date().toISOString();
    const condition = { type: 'Healthy', status, reason: 'Any', message: '', lastTransitionTime };
    declared.provider('first', spec, { conditions: [condition] });
  };
  found('True');
  await server.down();
  await accept();
  await recorder.hasAttempts(1);
  found('False');
  await server.up();
  found('True');
  await recorder.hasEnds(1);
  t.equal(server.received.length, 1);
});
