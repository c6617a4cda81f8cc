import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import t from 'tap';
import { engineFor, INTERVALS, provider } from './engine-under-test.ts';
import { loginServer } from './login-server.ts';
import { ManualClock } from './manual-clock.ts';

const DAY_MS = 24 * 3_600_000;

t.test('a wrong password is tried 25 times a day at most, restarts and all', async (t) => {
  const server = await loginServer(t);
  const clock = new ManualClock();
  const secrets = new Map([['secret', 'wrong']]);
  const begin = clock.monotonicMs();
  let writes = 0;
  let stored = provider(server.port);
  for (const restartAt of [DAY_MS / 3 + 1_000, (DAY_MS * 2) / 3 + 2_000, DAY_MS]) {
    const health = engineFor(t, { clock, secrets });
    health.engine.stored(stored);
    await health.scheduled();
    while (clock.monotonicMs() - begin < restartAt) await health.nextCheck();
    await health.engine.close();
    writes += health.written.length;
    stored = provider(server.port, { status: health.written.at(-1)?.status ?? stored.status });
  }
  const { logins, connections, most } = server.seen;
  t.ok(logins >= 20 && logins <= 25, `${logins} logins in a day`);
  t.ok(connections > 2_500, `the server was probed ${connections} times all the same`);
  t.equal(most, 1, 'by one probe at a time');
  t.ok(writes <= logins + 1, `${writes} status writes: one for each login`);
});

t.test('another version of the Secret is tried at once', async (t) => {
  const server = await loginServer(t);
  const { engine, secrets, written, nextWrite } = engineFor(t);
  secrets.set('secret', 'wrong');
  engine.stored(provider(server.port));
  t.equal(await nextWrite(), 'AuthenticationFailed');
  t.match(written[0]?.status.authSuspension, { user: 'user', reason: 'AuthenticationFailed' });
  secrets.set('secret', 'right');
  engine.secretChanged('secret');
  t.equal(await nextWrite(), 'HealthCheckPassed');
  t.equal(written.at(-1)?.status.authSuspension, undefined);
});

t.test('a server that is gone meanwhile is seen to be gone, and to be back', async (t) => {
  const server = await loginServer(t);
  let reachable = true;
  const resolver = {
    async resolve() {
      if (reachable) return [{ address: '127.0.0.1', family: 4 as const }];
      throw Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
    },
  };
  const { engine, secrets, written, nextWrite, nextCheck, scheduled } = engineFor(t, { resolver });
  secrets.set('secret', 'wrong');
  engine.stored(provider(server.port, { host: 'mail.example.com' }));
  t.equal(await nextWrite(), 'AuthenticationFailed');
  const record = written[0]?.status.authSuspension;
  for (const [state, reason] of [
    [false, 'HostNotFound'],
    [true, 'AuthenticationFailed'],
  ] as const) {
    await scheduled();
    reachable = state;
    const [told] = await Promise.all([nextWrite(), nextCheck()]);
    t.equal(told, reason);
    t.strictSame(written.at(-1)?.status.authSuspension, record);
  }
  t.equal(server.seen.logins, 1);
});

t.test('an account that several providers use is tried once', async (t) => {
  const server = await loginServer(t);
  const { engine, secrets, written, nextWrite } = engineFor(t);
  secrets.set('secret', 'wrong');
  engine.stored(provider(server.port, { name: 'a' }));
  t.equal(await nextWrite(), 'AuthenticationFailed');
  engine.stored(provider(server.port, { name: 'b' }));
  t.equal(await nextWrite(), 'AuthenticationFailed');
  t.equal(server.seen.logins, 1);
  t.strictSame(written[1]?.status.authSuspension, written[0]?.status.authSuspension);
});

t.test('a failed login counts also where its result is dropped', async (t) => {
  const server = await loginServer(t);
  const { engine, secrets, nextWrite } = engineFor(t, { echo: false });
  secrets.set('secret', 'wrong');
  engine.stored(provider(server.port));
  t.equal(await nextWrite(), 'AuthenticationFailed');
  engine.stored(provider(server.port, { generation: 2 }));
  t.equal(await nextWrite(), 'AuthenticationFailed');
  t.equal(server.seen.logins, 1);
});

t.test('a record that speaks of something else suspends nothing', async (t) => {
  const server = await loginServer(t);
  const record: AuthSuspension = {
    until: '2026-01-01T01:00:00Z',
    target: `127.0.0.1:${server.port}`,
    user: 'user',
    secretVersion: 'right',
    reason: 'AuthenticationFailed',
  };
  for (const other of [
    { until: '2025-12-31T23:59:59Z' },
    { target: '127.0.0.1:1' },
    { user: 'somebody' },
    { secretVersion: 'wrong' },
  ]) {
    const { engine, secrets, nextWrite } = engineFor(t);
    secrets.set('secret', 'right');
    const status = { authSuspension: { ...record, ...other } };
    engine.stored(provider(server.port, { status }));
    t.equal(await nextWrite(), 'HealthCheckPassed', JSON.stringify(other));
  }
  t.equal(server.seen.logins, 4);
  const { engine, secrets, nextWrite } = engineFor(t);
  secrets.set('secret', 'right');
  engine.stored(provider(server.port, { status: { authSuspension: record } }));
  t.equal(await nextWrite(), 'AuthenticationFailed', 'that record does');
  t.equal(server.seen.logins, 4);
});

t.test('throttling answers make logins rarer', async (t) => {
  const server = await loginServer(t);
  server.answer = '454 4.7.0 too many logins';
  const { engine, clock, secrets, nextWrite, nextCheck } = engineFor(t);
  secrets.set('secret', 'right');
  engine.stored(provider(server.port));
  t.equal(await nextWrite(), 'AuthThrottled');
  const begin = clock.monotonicMs();
  while (clock.monotonicMs() - begin < 3_600_000) await nextCheck();
  t.ok(server.seen.logins <= 10, `${server.seen.logins} logins in an hour`);
  t.ok(server.seen.connections > 100);
  server.answer = undefined;
  while (clock.monotonicMs() - begin < 2 * 3_600_000) await nextCheck();
  t.ok(
    clock.pending.some((pause) => pause > INTERVALS.unhealthyMs * 1.1),
    'healthy again',
  );
});

t.test('100 equal checks cost no more writes than lastHealthCheck needs', async (t) => {
  const server = await loginServer(t);
  const { engine, secrets, written, events, nextWrite, nextCheck, scheduled } = engineFor(t);
  secrets.set('secret', 'right');
  engine.stored(provider(server.port));
  await nextWrite();
  await scheduled();
  for (let i = 0; i < 100; i += 1) await nextCheck();
  const times = new Set(written.map(({ status }) => status.lastHealthCheck));
  t.equal(written.length, 101);
  t.equal(times.size, 101, 'each write has its own lastHealthCheck');
  const [first] = written;
  for (const { status } of written) t.strictSame(status.conditions, first?.status.conditions);
  secrets.delete('secret');
  engine.secretChanged('secret');
  await nextWrite();
  await scheduled();
  for (let i = 0; i < 100; i += 1) await nextCheck();
  t.equal(written.length, 102, 'a failure is written once');
  t.strictSame(events, ['p Normal HealthCheckPassed', 'p Warning SecretNotFound']);
});

t.test('a change ends the check that is under way, and the next begins at once', async (t) => {
  const server = await loginServer(t);
  let release = () => {};
  server.hold = new Promise((resolve) => {
    release = resolve;
  });
  t.teardown(release);
  const { engine, secrets, written, nextWrite, settle } = engineFor(t);
  secrets.set('secret', 'wrong');
  engine.stored(provider(server.port));
  while (server.seen.logins === 0) await settle();
  server.hold = undefined;
  secrets.set('secret', 'right');
  engine.secretChanged('secret');
  t.equal(await nextWrite(), 'HealthCheckPassed');
  t.equal(written.length, 1);
  t.equal(server.seen.connections, 2);
});

t.test('a request for a probe is one probe, whatever it holds', async (t) => {
  const server = await loginServer(t);
  const { engine, secrets, nextWrite, scheduled, settle } = engineFor(t, { echo: false });
  secrets.set('secret', 'right');
  engine.stored(provider(server.port));
  await nextWrite();
  await scheduled();
  for (const probeRequest of ['2026-01-01T00:00:00Z', 'now', '']) {
    const before = server.seen.connections;
    engine.stored(provider(server.port, { probeRequest }));
    while (server.seen.connections === before) await settle();
    await scheduled();
    engine.stored(provider(server.port, { probeRequest }));
    await settle();
    t.equal(server.seen.connections, before + 1);
  }
});

t.test('a result that grows old while it waits to be stored is dropped', async (t) => {
  const server = await loginServer(t);
  let release = () => {};
  server.hold = new Promise((resolve) => {
    release = resolve;
  });
  t.teardown(() => release());
  const { engine, clock, secrets, written, nextWrite, settle } = engineFor(t);
  secrets.set('secret', 'right');
  for (const name of ['a', 'b', 'c']) engine.stored(provider(server.port, { name }));
  engine.stored(provider(1));
  for (const name of ['d', 'e']) engine.stored(provider(server.port, { name }));
  const waits = () => clock.pending.includes(2_000);
  while (!waits()) await settle();
  engine.stored(provider(server.port, { generation: 2 }));
  await settle();
  t.notOk(waits(), 'and makes way at once');
  clock.advance(2_000);
  release();
  while (written.every(({ name }) => name !== 'p')) await nextWrite();
  const [first] = written.filter(({ name }) => name === 'p');
  t.equal(first?.status.observedGeneration, 2);
});

t.test('an account that several providers begin to use together is tried once', async (t) => {
  const server = await loginServer(t);
  let release = () => {};
  server.hold = new Promise((resolve) => {
    release = resolve;
  });
  const { engine, secrets, written, settle } = engineFor(t);
  const finished = async (count: number) => {
    while (written.length < count) await settle();
  };
  secrets.set('secret', 'wrong');
  for (const name of ['a', 'b', 'c', 'd']) engine.stored(provider(server.port, { name }));
  while (server.seen.connections < 4 || server.seen.logins === 0) await settle();
  release();
  await finished(4);
  t.equal(server.seen.logins, 1);
  const [first] = written;
  for (const { status } of written) t.strictSame(status.conditions, first?.status.conditions);
  secrets.set('secret', 'right');
  engine.secretChanged('secret');
  await finished(8);
  t.equal(server.seen.logins, 5, 'each tries what works');
});

t.test(
  'a clock that was set back suspends no login for longer, nor tries it more often',
  async (t) => {
    const server = await loginServer(t);
    const { engine, clock, secrets, nextWrite, nextCheck, scheduled } = engineFor(t);
    secrets.set('secret', 'wrong');
    clock.setWallClock(clock.now().getTime() + DAY_MS);
    engine.stored(provider(server.port));
    t.equal(await nextWrite(), 'AuthenticationFailed');
    await scheduled();
    clock.setWallClock(clock.now().getTime() - DAY_MS);
    const begin = clock.monotonicMs();
    while (clock.monotonicMs() - begin < 3_000_000) await nextCheck();
    t.equal(server.seen.logins, 2);
    while (clock.monotonicMs() - begin < 4_000_000) await nextCheck();
    t.equal(server.seen.logins, 3);
  },
);

t.test('a refused login is stored at once, lest a restart repeat it', async (t) => {
  const [busy, refusing] = [await loginServer(t), await loginServer(t, 'another')];
  let release = () => {};
  busy.hold = new Promise((resolve) => {
    release = resolve;
  });
  t.teardown(() => release());
  const { engine, secrets, nextWrite } = engineFor(t);
  secrets.set('secret', 'right');
  for (const name of ['a', 'b', 'c']) engine.stored(provider(busy.port, { name }));
  engine.stored(provider(refusing.port));
  for (const name of ['d', 'e']) engine.stored(provider(busy.port, { name }));
  t.equal(await nextWrite(), 'AuthenticationFailed');
});

t.test(
  'a spec that changes all the time tries no login while another is not answered',
  async (t) => {
    const server = await loginServer(t);
    let release = () => {};
    server.hold = new Promise((resolve) => {
      release = resolve;
    });
    t.teardown(() => release());
    const { engine, secrets, nextWrite, settle } = engineFor(t);
    secrets.set('secret', 'wrong');
    for (let generation = 1; generation <= 10; generation += 1) {
      engine.stored(provider(server.port, { generation }));
      while (server.seen.connections < generation || server.seen.logins === 0) await settle();
    }
    release();
    t.equal(await nextWrite(), 'AuthenticationFailed');
    t.equal(server.seen.logins, 1);
  },
);
