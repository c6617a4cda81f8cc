import { StartupError } from '@mailprovider/process';
import { loopbackAuthenticator, requireLoopback } from '@mailprovider/sender/api/loopback-only';
import t from 'tap';
import { apiUnderTest } from './in-memory-sender.ts';

t.test('lets a server without token listen on addresses of this machine only', async (t) => {
  const inside = [
    '127.0.0.1',
    '127.1.2.3',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    'localhost',
  ];
  for (const host of inside) {
    t.doesNotThrow(() => requireLoopback({ host, port: 0 }), host);
  }
  const outside = [
    '::',
    '0.0.0.0',
    '192.0.2.1',
    '2001:db8::1',
    '::ffff:192.0.2.1',
    'example.com',
    '',
  ];
  for (const host of outside) {
    const check = () => requireLoopback({ host, port: 0 });
    t.throws(
      check,
      { constructor: StartupError, message: /--bind-address: .*--token-review or --token-file/ },
      host,
    );
  }
});

t.test('without token answers calls by the names of this machine, and no web page', async (t) => {
  const { app, sender } = apiUnderTest({ authenticate: loopbackAuthenticator });
  const call = (headers: Record<string, string>) =>
    app.inject({ url: '/v1/mails?state=dead', headers });
  for (const host of ['localhost', 'LOCALHOST:8025', '127.0.0.1:8025', '[::1]:8025', '[::1]']) {
    t.equal((await call({ host })).statusCode, 200, host);
  }
  const foreign = [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '192.0.2.1:8025',
    '[2001:db8::1]',
    '::1',
    'localhost:x',
    'a@localhost',
    '127.1',
  ];
  const calls = sender.calls.length;
  for (const host of foreign) {
    const answer = await call({ host });
    t.equal(answer.statusCode, 403, host);
    t.match(answer.json(), { reason: 'Forbidden', detail: /localhost/ });
  }
  for (const origin of ['http://localhost:8025', 'null', '']) {
    t.equal((await call({ host: 'localhost', origin })).statusCode, 403, origin);
  }
  t.equal(sender.calls.length, calls);
});
