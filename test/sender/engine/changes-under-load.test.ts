import t from 'tap';
import { localSpec } from './local-spec.ts';
import { receivingServer } from './receiving-server.ts';
import { senderUnderTest } from './sender-under-test.ts';
import { load, subjects } from './steady-load.ts';

t.test(
  'the default moves from one provider to another under load, and nothing is lost',
  async (t) => {
    const a = await receivingServer(t);
    const b = await receivingServer(t);
    const under = await senderUnderTest(t);
    const { declared } = under;
    declared.provider('a', localSpec(a.port));
    declared.provider('b', localSpec(b.port, { default: false }));
    const loading = load(under, 5);
    await a.has(300);
    declared.provider('a', localSpec(a.port, { default: false }));
    declared.provider('b', localSpec(b.port));
    const accepted = await loading;
    await under.recorder.hasEnds(accepted);
    t.ok(b.received.length > 300, `${a.received.length} by a, ${b.received.length} by b`);
    const all = [...a.received, ...b.received];
    t.equal(subjects(all).size, accepted);
    t.equal(all.length, accepted, 'and nothing is sent twice');
  },
);

t.test('a password changes under load and the old one is revoked: no mail fails', async (t) => {
  const server = await receivingServer(t);
  const under = await senderUnderTest(t);
  const { declared, recorder } = under;
  server.password = 'old';
  declared.secret('login', 'old');
  const login = { username: 'mailer', passwordRef: { name: 'login', key: 'password' } };
  declared.provider('first', localSpec(server.port, { smtp: login }));
  const loading = load(under, 5);
  for (const round of [1, 2, 3, 4]) {
    await server.has(round * 200);
    const password = `new-${round}`;
    // Both orders happen: the server knows the new password first, or the Secret does.
    if (round % 2 === 0) {
      server.password = password;
      await server.has(round * 200 + 20);
    }
    declared.secret('login', password);
    server.password = password;
  }
  const accepted = await loading;
  await recorder.hasEnds(accepted);
  t.equal(recorder.ends.filter(({ state }) => state !== 'sent').length, 0);
  t.equal(subjects(server.received).size, accepted);
  t.equal(server.received.length, accepted);
});

t.test('a wrong password is tried once, whatever waits, until the Secret changes', async (t) => {
  const server = await receivingServer(t);
  const under = await senderUnderTest(t);
  const { declared, recorder, accept } = under;
  server.password = 'right';
  declared.secret('login', 'wrong');
  const login = { username: 'mailer', passwordRef: { name: 'login', key: 'password' } };
  declared.provider('first', localSpec(server.port, { smtp: login }));
  await Promise.all(Array.from({ length: 100 }, () => accept()));
  await recorder.hasAttempts(500);
  t.equal(server.seen.logins, 1);
  const [told] = recorder.attempts.filter(({ suspension }) => suspension !== undefined);
  t.match(told?.suspension, { user: 'mailer', reason: 'AuthenticationFailed', code: 535 });
  declared.secret('login', 'right');
  await recorder.hasEnds(100);
  t.equal(server.received.length, 100);
});

t.test('a login that health found refused is not tried, until its record ends', async (t) => {
  const server = await receivingServer(t);
  const under = await senderUnderTest(t);
  const { declared, recorder, accept } = under;
  declared.secret('login', 'any');
  const login = { username: 'mailer', passwordRef: { name: 'login', key: 'password' } };
  const spec = localSpec(server.port, { smtp: login });
  const suspension = {
    target: `127.0.0.1:${server.port}`,
    user: 'mailer',
    secretVersion: '1',
    until: new Date(Date.now() + 600_000).toISOString(),
    reason: 'AuthenticationFailed',
    code: 535,
  } as const;
  declared.provider('first', spec, { authSuspension: suspension });
  await accept();
  await recorder.hasAttempts(3);
  t.same([server.seen.connections, server.seen.logins], [0, 0]);
  t.match(recorder.attempts[0]?.failure, {
    stage: 'auth',
    reason: 'AuthenticationFailed',
    code: 535,
  });
});
