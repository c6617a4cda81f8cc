import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { allowed } from '@mailprovider/webhook/admission/verdict';
import { Drain } from '@mailprovider/webhook/drain';
import t from 'tap';
import { reviewOf } from './review.ts';
import { startServer } from './webhook-server.ts';

const review = JSON.stringify(reviewOf());

t.test('a draining server serves on, and each answer closes its connection', async (t) => {
  const { server, post } = await startServer(t);
  const drain = new Drain(server);
  t.equal((await post(review)).headers['connection'], 'keep-alive');
  t.equal(drain.isDraining, false);
  const closed = drain.close({ delayMs: 3_000, graceMs: 1_000 });
  t.equal(drain.isDraining, true);
  for (let call = 0; call < 20; call += 1) {
    const { status, headers } = await post(review);
    t.match({ status, headers }, { status: 200, headers: { connection: 'close' } });
  }
  t.equal((await post('')).headers['connection'], 'close', 'an error, too');
  await closed;
  await t.rejects(post(review), { code: 'ECONNREFUSED' });
});

t.test('no call is lost while a balancer has not seen yet that one of two drains', async (t) => {
  const servers = [await startServer(t), await startServer(t)] as const;
  const drain = new Drain(servers[0].server);
  let ready: readonly (typeof servers)[number][] = servers;
  const look = setInterval(() => {
    ready = drain.isDraining ? [servers[1]] : servers;
  }, 100);
  t.teardown(() => clearInterval(look));
  let isOver = false;
  const client = async (first: number) => {
    for (let call = first; !isOver; call += 1) {
      const answer = await ready[call % ready.length]?.post(review);
      t.equal(answer?.status, 200);
    }
  };
  const clients = Promise.all(Array.from({ length: 8 }, (_, index) => client(index)));
  await once(servers[0].server, 'request');
  await drain.close({ delayMs: 500, graceMs: 1_000 });
  await once(servers[1].server, 'request');
  isOver = true;
  await clients;
});

t.test('an answer under way is finished after the delay, and then all is closed', async (t) => {
  let finish = () => {};
  const reached = new EventEmitter();
  const asked = once(reached, 'asked');
  const { server, post } = await startServer(t, {
    validate: () => () =>
      new Promise((resolve) => {
        finish = () => resolve(allowed());
        reached.emit('asked');
      }),
  });
  const drain = new Drain(server);
  const answer = post(review, { path: '/validate?timeout=30s' });
  await asked;
  const closed = drain.close({ delayMs: 0, graceMs: 60_000 });
  while (server.listening) await post('').catch(() => undefined);
  finish();
  t.match(await answer, { status: 200, headers: { connection: 'close' } });
  await closed;
});

t.test('connections that say nothing, or not all, hold up nothing', async (t) => {
  const { server, url, post } = await startServer(t);
  const drain = new Drain(server);
  const to = { port: Number(new URL(url).port), host: '127.0.0.1' };
  const ignore = () => {};
  const silent = connect(to).on('error', ignore);
  await once(silent, 'connect');
  const shaken = connectTls({ ...to, rejectUnauthorized: false }).on('error', ignore);
  await once(shaken, 'secureConnect');
  const halting = connectTls({ ...to, rejectUnauthorized: false }).on('error', ignore);
  await once(halting, 'secureConnect');
  halting.write('POST /validate HTTP/1.1\r\nhost:');
  t.equal((await post(review)).status, 200);
  const ended = [silent, shaken, halting].map((socket) => once(socket, 'close'));
  const begin = performance.now();
  await drain.close({ delayMs: 0, graceMs: 60_000 });
  await Promise.all(ended);
  t.ok(performance.now() - begin < 5_000);
});

t.test('an answer that does not come is given up after the grace', async (t) => {
  const reached = new EventEmitter();
  const asked = once(reached, 'asked');
  const { server, post } = await startServer(t, {
    validate: () => () => new Promise(() => reached.emit('asked')),
  });
  const drain = new Drain(server);
  const lost = t.rejects(post(review, { path: '/validate?timeout=2s' }), { code: 'ECONNRESET' });
  await asked;
  await drain.close({ delayMs: 0, graceMs: 50 });
  await lost;
});
