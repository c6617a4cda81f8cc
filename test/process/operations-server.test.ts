import { createOperationsServer, createRegistry } from '@mailprovider/process';
import { parseBindAddress, parsePort } from '@mailprovider/process/bind-address';
import t from 'tap';

t.test('lives at once, is ready when it says so, and shows its metrics', async (t) => {
  let ready = false;
  const app = createOperationsServer({ registry: createRegistry(), isReady: () => ready });
  t.teardown(() => app.close());
  t.match(await app.inject('/livez'), { statusCode: 200, body: 'ok\n' });
  t.match(await app.inject('/readyz'), { statusCode: 503 });
  ready = true;
  t.match(await app.inject('/readyz'), { statusCode: 200 });
  const metrics = await app.inject('/metrics');
  t.match(metrics.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  t.match(metrics.body, /^process_cpu_user_seconds_total /m);
});

t.test('says that it lives no more once only a restart helps', async (t) => {
  const app = createOperationsServer({
    registry: createRegistry(),
    isReady: () => false,
    isAlive: () => false,
  });
  t.teardown(() => app.close());
  t.match(await app.inject('/livez'), { statusCode: 503, body: 'needs a restart\n' });
});

t.test('addresses are read as Go programs read them', async (t) => {
  t.strictSame(parseBindAddress('127.0.0.1:8080'), { host: '127.0.0.1', port: 8080 });
  t.strictSame(parseBindAddress('[::1]:0'), { host: '::1', port: 0 });
  t.strictSame(parseBindAddress(':8080'), { host: '::', port: 8080 });
  for (const wrong of ['8080', 'host', '::1:80', 'host:', 'host:65536']) {
    t.throws(() => parseBindAddress(wrong), wrong);
  }
  t.throws(() => parsePort('-1'));
  t.throws(() => parsePort('25x'));
});
