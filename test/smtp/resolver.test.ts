import { systemResolver } from '@mailprovider/smtp';
import t from 'tap';

const { signal } = new AbortController();

t.test('an address is its own answer', async (t) => {
  const resolver = systemResolver();
  t.same(await resolver.resolve('192.0.2.7', signal), [{ address: '192.0.2.7', family: 4 }]);
  t.same(await resolver.resolve('2001:db8::7', signal), [{ address: '2001:db8::7', family: 6 }]);
});

t.test('the hosts file is read', async (t) => {
  const addresses = await systemResolver().resolve('localhost', signal);
  t.ok(addresses.some(({ address }) => address === '127.0.0.1' || address === '::1'));
});

t.test('a name that cannot exist fails with a DNS code', async (t) => {
  await t.rejects(systemResolver().resolve('a..b', signal), { code: /^E[A-Z_]+$/ });
});
