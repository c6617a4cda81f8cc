import { conditionOf } from '@mailprovider/provider/conditions';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import { SMTPServer } from 'smtp-server';
import t, { type Test } from 'tap';
import { engineFor, INTERVALS, provider } from './engine-under-test.ts';

/** A real SMTP server that takes one password and counts its connections. */
async function sink(t: Test, password = 'right') {
  const seen = { connections: 0, logins: 0 };
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    authOptional: true,
    disableReverseLookup: true,
    onConnect(_session, callback) {
      seen.connections += 1;
      callback();
    },
    onAuth(auth, _session, callback) {
      seen.logins += 1;
      if (auth.password === password) callback(null, { user: auth.username });
      else callback(new Error('no'));
    },
  });
  const port = await new Promise<number>((resolve) => {
    const { server: socket } = server;
    server.listen(0, '127.0.0.1', () => {
      const address = socket.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port, seen };
}

const around = (t: Test, actual: number | undefined, interval: number) =>
  t.ok(actual && Math.abs(actual - interval) <= interval * 0.1, `${actual} is about ${interval}`);

t.test('checks a new provider, writes once, and comes back after 5 minutes', async (t) => {
  const { port, seen } = await sink(t);
  const { engine, clock, secrets, written, nextWrite, settle } = engineFor(t);
  secrets.set('secret', 'right');
  engine.stored(provider(port));
  t.equal(await nextWrite(), 'HealthCheckPassed');
  await settle();
  t.strictSame(seen, { connections: 1, logins: 1 }, 'its own status write causes no check');
  t.equal(written.length, 1);
  t.equal(clock.pending.length, 1);
  around(t, clock.pending[0], INTERVALS.healthyMs);
  clock.advance(INTERVALS.healthyMs * 1.1);
  await nextWrite();
  t.equal(seen.connections, 2);
});

t.test('a fixed Secret turns it healthy at once, without touching the provider', async (t) => {
  const { port } = await sink(t);
  const { engine, clock, secrets, nextWrite, settle } = engineFor(t);
  engine.stored(provider(port));
  t.equal(await nextWrite(), 'PasswordNotLoaded');
  await settle();
  around(t, clock.pending[0], INTERVALS.unhealthyMs);
  secrets.set('secret', 'wrong');
  engine.secretChanged('secret');
  t.equal(await nextWrite(), 'AuthenticationFailed');
  secrets.set('secret', 'right');
  engine.secretChanged('secret');
  t.equal(await nextWrite(), 'HealthCheckPassed');
});

t.test('a Secret that no provider names causes nothing', async (t) => {
  const { port, seen } = await sink(t);
  const { engine, secrets, nextWrite, settle } = engineFor(t);
  secrets.set('secret', 'right');
  engine.stored(provider(port));
  await nextWrite();
  engine.secretChanged('other');
  await settle();
  t.equal(seen.connections, 1);
});

t.test('a disabled provider is not dialled and has no timer', async (t) => {
  const { port, seen } = await sink(t);
  const { engine, clock, nextWrite, settle } = engineFor(t);
  engine.stored(provider(port, { disabled: true }));
  t.equal(await nextWrite(), 'Disabled');
  await settle();
  t.equal(seen.connections, 0);
  t.strictSame(clock.pending, []);
});

t.test('an object that was admitted without the webhook is refused in status', async (t) => {
  const { engine, written, nextWrite } = engineFor(t);
  const bad: MailProvider = {
    metadata: { name: 'p', uid: 'u', resourceVersion: '1', generation: 1 },
    spec: { smtp: [] },
  };
  engine.stored(bad);
  await nextWrite();
  t.match(conditionOf(written[0]?.status.conditions, 'Ready'), {
    status: 'False',
    reason: 'ValidationFailed',
    message: /spec\.smtp: Invalid value: "array": must be an object/,
  });
});

t.test('a result for an older generation is dropped', async (t) => {
  const { port } = await sink(t);
  const { engine, secrets, written, nextWrite } = engineFor(t);
  secrets.set('secret', 'right');
  engine.stored(provider(1, { generation: 1 }));
  engine.stored(provider(port, { generation: 2 }));
  t.equal(await nextWrite(), 'HealthCheckPassed');
  t.equal(written.length, 1);
  t.equal(written[0]?.status.observedGeneration, 2);
});

t.test('what is not in the list any more is forgotten', async (t) => {
  const { port } = await sink(t);
  const { engine, clock, secrets, nextWrite, settle } = engineFor(t);
  secrets.set('secret', 'right');
  engine.stored(provider(port));
  await nextWrite();
  await settle();
  engine.replaced([]);
  t.strictSame(clock.pending, []);
});

t.test('a host that comes to exist turns healthy at the next check', async (t) => {
  const { port } = await sink(t);
  let exists = false;
  const { engine, clock, secrets, nextWrite, settle } = engineFor(t, {
    resolver: {
      async resolve() {
        if (exists) return [{ address: '127.0.0.1', family: 4 }];
        throw Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
      },
    },
  });
  secrets.set('secret', 'right');
  engine.stored(provider(port, { host: 'mail.example.com' }));
  t.equal(await nextWrite(), 'HostNotFound');
  await settle();
  exists = true;
  clock.advance(INTERVALS.unhealthyMs * 1.1);
  t.equal(await nextWrite(), 'HealthCheckPassed');
});

t.test('status is right also while the watch is silent about it', async (t) => {
  const { port } = await sink(t);
  const { engine, secrets, written, nextWrite } = engineFor(t, { echo: false });
  engine.stored(provider(port));
  for (const [password, reason] of [
    ['wrong', 'AuthenticationFailed'],
    ['right', 'HealthCheckPassed'],
    ['wrong', 'AuthenticationFailed'],
  ] as const) {
    secrets.set('secret', password);
    engine.secretChanged('secret');
    t.equal(await nextWrite(), reason);
  }
  t.equal(written.length, 3);
});

t.test('a condition of somebody else is no reason to write', async (t) => {
  const { port, seen } = await sink(t);
  const { engine, secrets, written, nextWrite, nextCheck, scheduled } = engineFor(t);
  secrets.set('secret', 'wrong');
  engine.stored(provider(port));
  await nextWrite();
  const status = written[0]?.status;
  const [ready] = status?.conditions ?? [];
  if (status === undefined || ready === undefined) throw new Error('nothing written');
  const foreign = { ...ready, type: 'Default' };
  const conditions = [foreign, ...status.conditions];
  engine.stored({ ...provider(port), status: { ...status, conditions } });
  await scheduled();
  await nextCheck();
  t.equal(seen.connections, 2);
  t.equal(written.length, 1);
});

t.test('a status that somebody wrote over ours is corrected after 30 s', async (t) => {
  const { port } = await sink(t);
  const { engine, clock, secrets, written, nextWrite, settle } = engineFor(t);
  secrets.set('secret', 'right');
  engine.stored(provider(port));
  await nextWrite();
  await settle();
  const status = written[0]?.status;
  if (status === undefined) throw new Error('nothing written');
  const conditions = status.conditions.map((condition) => ({ ...condition, reason: 'Stale' }));
  engine.stored({ ...provider(port), status: { ...status, conditions } });
  t.strictSame(clock.pending, [INTERVALS.unhealthyMs]);
  clock.advance(INTERVALS.unhealthyMs);
  t.equal(await nextWrite(), 'HealthCheckPassed');
});

t.test(
  'a write that fails is tried again soon, and then less often, without another probe',
  async (t) => {
    const { port, seen } = await sink(t);
    const { engine, clock, secrets, faults, events, nextWrite, scheduled } = engineFor(t);
    secrets.set('secret', 'right');
    faults.push(new Error('500'), new Error('500'));
    engine.stored(provider(port));
    for (const delay of [1_000, 2_000]) {
      await scheduled();
      t.strictSame(clock.pending, [delay]);
      const written = delay === 2_000 ? nextWrite() : undefined;
      clock.advance(delay);
      await written;
    }
    t.strictSame(seen, { connections: 1, logins: 1 });
    t.strictSame(events, ['p Normal HealthCheckPassed'], 'it is told once');
    await scheduled();
    around(t, clock.pending[0], INTERVALS.healthyMs);
  },
);

t.test('a change makes what could not be written yet worthless', async (t) => {
  const { port, seen } = await sink(t);
  const { engine, secrets, faults, written, nextWrite, scheduled } = engineFor(t);
  secrets.set('secret', 'right');
  faults.push(new Error('500'));
  engine.stored(provider(port));
  await scheduled();
  engine.stored(provider(1, { generation: 2 }));
  t.equal(await nextWrite(), 'ConnectionRefused');
  t.equal(seen.connections, 1);
  t.equal(written.length, 1);
});

t.test('another spec under the same generation is another one', async (t) => {
  const { port } = await sink(t);
  const { engine, secrets, nextWrite } = engineFor(t);
  secrets.set('secret', 'right');
  engine.stored(provider(1, { generation: 2 }));
  t.equal(await nextWrite(), 'ConnectionRefused');
  engine.stored(provider(port, { generation: 2 }));
  t.equal(await nextWrite(), 'HealthCheckPassed');
});

t.test('a status that is refused again and again stops no check', async (t) => {
  const { port, seen } = await sink(t);
  const { engine, clock, secrets, faults, written, nextCheck, scheduled } = engineFor(t);
  secrets.set('secret', 'wrong');
  for (let i = 0; i < 8; i += 1) faults.push(new Error('422'));
  engine.stored(provider(port));
  await scheduled();
  secrets.set('secret', 'right');
  while (written.length === 0 && clock.pending.length > 0) await nextCheck();
  const { conditions } = written[0]?.status ?? {};
  t.equal(conditionOf(conditions, 'Healthy')?.reason, 'HealthCheckPassed', 'as it is by now');
  t.equal(seen.connections, 2, 'looked at again after 30 s, not with each try to write');
});
