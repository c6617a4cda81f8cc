import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '@mailprovider/process';
import { tokenFileAuthenticator } from '@mailprovider/sender/api/token-file-authenticator';
import t, { type Test } from 'tap';
import { ManualClock } from '../../health/manual-clock.ts';
import { apiUnderTest } from './in-memory-sender.ts';

const SECOND = 1_000;

async function serverWithToken(t: Test, content: string) {
  const path = join(t.testdir({ token: content }), 'token');
  const clock = new ManualClock();
  const logged: unknown[][] = [];
  const log = (...args: unknown[]) => logged.push(args);
  const authenticate = await tokenFileAuthenticator(path, {
    clock,
    logger: { info: log, warn: log },
  });
  const { app } = apiUnderTest({ authenticate });
  /** The status of a call with a token. */
  async function call(token: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}` };
    return (await app.inject({ url: '/v1/mails?state=dead', headers })).statusCode;
  }
  return { path, clock, logged, app, call };
}

t.test('lets in who has the token, and tells others how', async (t) => {
  const { app } = await serverWithToken(t, 'secret-token\n');
  const url = '/v1/mails?state=dead';
  const right = ['Bearer secret-token', 'bearer secret-token', 'Bearer   secret-token'];
  for (const authorization of right) {
    t.equal((await app.inject({ url, headers: { authorization } })).statusCode, 200, authorization);
  }
  const wrong = [
    '',
    'Bearer',
    'Bearer canary',
    'Bearer secret-toke',
    'Bearer secret-token2',
    'Bearer SECRET-TOKEN',
    'Bearer secret token',
    'Basic c2VjcmV0LXRva2Vu',
    'secret-token',
  ];
  for (const authorization of wrong) {
    const answer = await app.inject({ url, headers: { authorization } });
    t.equal(answer.statusCode, 401, authorization);
    t.equal(answer.headers['www-authenticate'], 'Bearer');
    t.match(answer.json(), { reason: 'Unauthenticated', status: 401 });
    t.notMatch(answer.body, /canary|secret/);
  }
});

t.test('asks for the token before it looks at path, method or body', async (t) => {
  const { app } = await serverWithToken(t, 'secret-token');
  const requests = [
    { method: 'POST', url: '/v1/mails', payload: 'no json' },
    { method: 'DELETE', url: '/v1/mails' },
    { method: 'OPTIONS', url: '/v1/mails' },
    { method: 'GET', url: '/nothing' },
  ] as const;
  for (const request of requests) t.equal((await app.inject(request)).statusCode, 401);
  t.equal((await app.inject({ url: '/openapi.json' })).statusCode, 200);
});

t.test('follows the file within a second, also when it is swapped', async (t) => {
  const { path, clock, logged, call } = await serverWithToken(t, 'first');
  t.equal(await call('first'), 200);
  await writeFile(path, 'second\r\n');
  t.equal(await call('second'), 401, 'too soon');
  clock.advance(SECOND);
  t.strictSame(await Promise.all([call('second'), call('first'), call('second')]), [200, 401, 200]);
  await writeFile(`${path}.new`, 'third0');
  await rename(`${path}.new`, path);
  clock.advance(SECOND);
  t.strictSame([await call('third0'), await call('second')], [200, 401]);
  t.equal(logged.length, 2);
});

t.test('keeps the last token while the file is gone or spoilt, and says so once', async (t) => {
  const { path, clock, logged, call } = await serverWithToken(t, 'first');
  await rm(path);
  for (let second = 0; second < 3; second += 1) {
    clock.advance(SECOND);
    t.equal(await call('first'), 200);
  }
  t.match(logged, [[{ fault: /ENOENT/ }, 'kept the last token that was read']]);
  t.equal(logged.length, 1);
  for (const content of ['\n', 'two words', 'ü'.repeat(3), 'x'.repeat(9_000)]) {
    await writeFile(path, content);
    clock.advance(SECOND);
    t.equal(await call('first'), 200);
    t.equal(await call(content.trim()), 401);
  }
  t.equal(logged.length, 5);
  await writeFile(path, 'last');
  clock.advance(SECOND);
  t.strictSame([await call('last'), await call('first')], [200, 401]);
  t.notMatch(JSON.stringify(logged), /first|two words|last"/);
});

t.test('does not start without a token', async (t) => {
  const directory = t.testdir({ empty: '', line: '\n', words: 'two words', lines: 'a\nb\n' });
  const deps = { clock: new ManualClock(), logger: { info: () => {}, warn: () => {} } };
  const cases: readonly [file: string, message: RegExp][] = [
    ['missing', /--token-file: .*missing cannot be read \(ENOENT\)/],
    ['.', /--token-file: .* cannot be read \(EISDIR\)/],
    ['empty', /--token-file: .*empty is empty/],
    ['line', /is empty/],
    ['words', /must hold one line/],
    ['lines', /must hold one line/],
  ];
  for (const [file, message] of cases) {
    const started = tokenFileAuthenticator(join(directory, file), deps);
    await t.rejects(started, { constructor: StartupError, message });
  }
});
