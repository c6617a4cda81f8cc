import { once } from 'node:events';
import process from 'node:process';
import t, { type Test } from 'tap';
import { createAccess } from '#bench/measure/access';
import { commonNowMs } from '#bench/measure/common-clock';
import { startDeliverer } from '#bench/send/deliverer';
import { RECIPIENT, renderedMessage, subjectAt } from '#bench/send/message';
import { startOwnSink } from '#bench/send/own-sink';
import type { Sink } from '#bench/send/sink';
import { findSmtpSink, lastCount, startSmtpSink } from '#bench/send/smtp-sink';
import { LineClient } from './line-client.ts';

const access = createAccess();
const signal = new AbortController().signal;
const smtpSink = await findSmtpSink();

async function keep<T extends { stop(): Promise<void> }>(t: Test, starting: Promise<T>) {
  const started = await starting;
  t.teardown(() => started.stop());
  return started;
}

/** Both senders deliver to a sink, which counts what they say they sent. */
async function takesAll(t: Test, sink: Sink): Promise<void> {
  let sent = 0;
  for (const program of ['delivery-program', 'nodemailer-program'] as const) {
    const options = { name: program, program, port: sink.port, kept: 2, concurrency: 4, pin: [] };
    const deliverer = await keep(t, startDeliverer(options));
    sent += (await deliverer.deliver(0.1)).times;
    await sink.whenTotal(sent);
    t.equal(await sink.total(), sent, program);
  }
}

t.test('a sink of ours counts the mails of either sender', async (t) => {
  await takesAll(t, await keep(t, startOwnSink({ pin: [] })));
});

t.test('so does smtp-sink', { skip: smtpSink === undefined && 'no smtp-sink' }, async (t) => {
  await takesAll(t, await keep(t, startSmtpSink({ file: smtpSink ?? '', pin: [], signal })));
});

t.test('reads the last of the counters that smtp-sink printed', async (t) => {
  const output = 'sess=1 quit=0 mesg=9\rsess=1 quit=1 mesg=10\rsess=1 quit=1 me';
  t.equal(lastCount(output), 10);
  t.equal(lastCount('sess=1 quit=0 mesg=1'), undefined, 'the number may go on');
});

t.test('a sink finds in each mail when it was submitted', async (t) => {
  const sink = await keep(t, startOwnSink({ pin: [] }));
  const client = await LineClient.connect(t, sink.port);
  const submittedAt = commonNowMs() - 5000;
  const message = `To: <${RECIPIENT}>\r\nSubject: ${subjectAt(submittedAt)}\r\n\r\n..\r\n.\r\n`;
  const envelope = `MAIL FROM:<a@b.example>\r\nRCPT TO:<${RECIPIENT}>\r\nDATA\r\n`;
  client.write(`EHLO client\r\n${envelope}`);
  await client.until('354');
  // The end of the message comes apart.
  client.write(message.slice(0, -3));
  client.write(message.slice(-3));
  await client.until('taken');
  t.equal(await sink.whenTotal(1).then(() => sink.total()), 1);
  const { p50Ms, p99Ms } = await sink.takeLatencies();
  t.ok(p50Ms >= 5000 && p50Ms < 15_000);
  t.equal(p99Ms, p50Ms, 'of one mail');
  t.match(await sink.takeLatencies(), { p50Ms: Number.NaN }, 'those before are taken');
});

t.test('a sink with a login takes mails only over TLS and after AUTH', async (t) => {
  const sink = await keep(t, startOwnSink({ pin: [], access }));
  const client = await LineClient.connect(t, sink.port);
  client.write('EHLO client\r\nMAIL FROM:<a@b.example>\r\nDATA\r\n');
  t.match(await client.until('530 5.7.0 STARTTLS and AUTH first\r\n530'), /STARTTLS/);
  const dialler = { name: 'dial', program: 'nodemailer-program', kept: 0, concurrency: 1 } as const;
  const options = { ...dialler, port: sink.port, pin: [] };
  const allowed = await keep(t, startDeliverer({ ...options, access }));
  const { times } = await allowed.deliver(0.1);
  t.equal(await sink.whenTotal(times).then(() => sink.total()), times);
  const credentials = { ...access.credentials, password: 'wrong' };
  const refused = await keep(t, startDeliverer({ ...options, access: { ...access, credentials } }));
  await t.rejects(refused.deliver(0.1), { message: /535/ });
  t.equal(await sink.total(), times);
});

t.test('a sink that ends by itself is told of', async (t) => {
  const starting = [startOwnSink({ pin: [] })];
  const sinks: Sink[] = await Promise.all(starting);
  if (smtpSink !== undefined) sinks.push(await startSmtpSink({ file: smtpSink, pin: [], signal }));
  for (const sink of sinks) {
    t.teardown(() => sink.stop());
    process.kill(sink.pid ?? 0, 'SIGKILL');
    if (!sink.failed.aborted) await once(sink.failed, 'abort');
    t.match(sink.failed.reason, { message: /ended unexpectedly/ }, sink.name);
  }
});

t.test('the message of the delivery alone is as long as others that carry the text', async (t) => {
  const message = renderedMessage();
  t.ok(message.length > 1200 && message.length < 1700);
  t.equal(message.indexOf('\n.'), -1, 'no dot has to be doubled');
  t.equal(message.toString('latin1').replaceAll('\r\n', '').includes('\n'), false);
});
