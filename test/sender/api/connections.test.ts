import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { jsonBytesLimit } from '@mailprovider/sender/mail/submission-limits';
import t, { type Test } from 'tap';
import { apiUnderTest, mail } from './in-memory-sender.ts';

const BODY = '{"to":"user@example.com","subject":"x"}';
const HEAD = 'POST /v1/mails HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
const REQUEST = `${HEAD}content-length: ${BODY.length}\r\n\r\n${BODY}`;

async function listening(t: Test, tested = apiUnderTest()) {
  const url = new URL(await tested.app.listen({ host: '127.0.0.1', port: 0 }));
  t.teardown(() => tested.app.close());
  const dial = async () => {
    const socket = connect(Number(url.port), '127.0.0.1');
    t.teardown(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  return { ...tested, dial };
}

async function untilClosed(socket: Socket): Promise<string> {
  let received = '';
  socket.setEncoding('utf8').on('data', (text) => {
    received += text;
  });
  await once(socket, 'close');
  return received;
}

t.test('bounds how long headers, bodies and idle connections may take', async (t) => {
  const { app } = apiUnderTest();
  const { headersTimeout, requestTimeout, keepAliveTimeout } = app.server;
  t.strictSame([headersTimeout, requestTimeout, keepAliveTimeout], [10_000, 60_000, 75_000]);
});

t.test('ends a connection that trickles its headers with 408', async (t) => {
  const { app, dial } = await listening(t);
  app.server.headersTimeout = 50;
  const socket = await dial();
  socket.write(HEAD);
  const received = await untilClosed(socket);
  t.match(received, /^HTTP\/1\.1 408 Request Timeout\r\nConnection: close\r\n/);
  t.match(received, /"reason":"RequestTimeout"/);
});

t.test('answers what is no HTTP with 400, and headers that are too large with 431', async (t) => {
  const { dial } = await listening(t);
  const cases: readonly [sent: string, answer: RegExp][] = [
    ['canary\r\n\r\n', /^HTTP\/1\.1 400 .*"reason":"InvalidRequest"/s],
    [`${HEAD}x: ${'a'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 .*"reason":"HeadersTooLarge"/s],
    [`${HEAD}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`, /^HTTP\/1\.1 400 /],
  ];
  for (const [sent, expected] of cases) {
    const socket = await dial();
    socket.write(sent);
    const received = await untilClosed(socket);
    t.match(received, expected);
    t.notMatch(received, /canary/);
  }
});

t.test('answers a request although what follows it is no HTTP', async (t) => {
  const tested = apiUnderTest();
  const { sender } = tested;
  const failed = once(tested.app.server, 'clientError');
  sender.submit = async () => {
    await failed;
    return { kind: 'accepted', mail, repeated: false };
  };
  const { dial } = await listening(t, tested);
  const socket = await dial();
  socket.write(`${REQUEST}}\r\n`);
  t.match(await untilClosed(socket), /^HTTP\/1\.1 202 /, 'its body was longer than it said');
});

t.test('keeps a connection after mistakes', async (t) => {
  const { dial } = await listening(t);
  const socket = await dial();
  socket.setEncoding('utf8');
  for (const body of ['{', '{}', BODY]) {
    socket.write(`${HEAD}content-length: ${body.length}\r\n\r\n${body}`);
    const [answer] = await once(socket, 'data');
    t.match(answer, body === BODY ? /^HTTP\/1\.1 202 / : /^HTTP\/1\.1 400 /);
    t.match(answer, /keep-alive/i);
  }
});

/** Sends as many clients do: all of it, and only then do they read. */
async function answerTo(socket: Socket, parts: readonly (string | Buffer)[]): Promise<string> {
  const sent = new Promise<void>((resolve, reject) => {
    for (const part of parts) socket.write(part);
    socket.write('', (error) => (error ? reject(error) : resolve()));
  });
  await sent;
  return untilClosed(socket);
}

t.test('answers who sends a large body in vain when all of it was sent', async (t) => {
  // More than the buffers of a connection hold.
  const body = Buffer.alloc(20 * 1024 * 1024, ' ');
  const head = `${HEAD}connection: close\r\n`;
  const declared = [`${head}content-length: ${body.length}\r\n\r\n`, body];
  const size = body.length.toString(16);
  const chunked = [`${head}transfer-encoding: chunked\r\n\r\n${size}\r\n`, body, '\r\n0\r\n\r\n'];
  const limits = { recipients: 1, contentBytes: 1024, attachments: 0, headerFields: 0 };
  const small = await listening(t, apiUnderTest({ limits }));
  for (const parts of [declared, chunked]) {
    t.match(await answerTo(await small.dial(), parts), /^HTTP\/1\.1 413 .*"BodyTooLarge"/s);
  }
  const denied = { kind: 'unauthenticated', message: 'no token' } as const;
  const locked = await listening(t, apiUnderTest({ authenticate: () => denied }));
  t.match(await answerTo(await locked.dial(), declared), /^HTTP\/1\.1 401 .*"Unauthenticated"/s);
});

t.test('finishes answers under way at the end, then ends every connection', async (t) => {
  const tested = apiUnderTest();
  const { app, sender } = tested;
  const steps = new EventEmitter();
  sender.submit = async () => {
    const stored = once(steps, 'stored');
    steps.emit('submitting');
    await stored;
    return { kind: 'accepted', mail, repeated: false };
  };
  app.addHook('preClose', async () => {
    steps.emit('stored');
  });
  const { dial } = await listening(t, tested);
  const submitting = once(steps, 'submitting');
  const [idle, busy] = [await dial(), await dial()];
  busy.write(REQUEST);
  await submitting;
  const [ended, received] = [untilClosed(idle), untilClosed(busy)];
  const startedMs = performance.now();
  await app.close();
  t.match(await received, /^HTTP\/1\.1 202 .*\r\nconnection: close\r\n/s);
  t.equal(await ended, '');
  t.ok(performance.now() - startedMs < 4_000, 'before the grace is over');
});

t.test(
  'refuses more than it can hold at once, and takes it when there is room again',
  async (t) => {
    const limits = { recipients: 1, contentBytes: 0, attachments: 0, headerFields: 0 };
    const limit = jsonBytesLimit(limits);
    const { dial } = await listening(t, apiUnderTest({ limits }));
    const open = async () => {
      const socket = await dial();
      socket.setEncoding('utf8').write(`${HEAD}content-length: ${limit}\r\n\r\n`);
      return socket;
    };
    const held = await Promise.all([open(), open(), open(), open()]);
    const ask = async () => {
      const socket = await dial();
      socket.setEncoding('utf8').write(REQUEST);
      const [answer] = await once(socket, 'data');
      return answer;
    };
    t.match(await ask(), /^HTTP\/1\.1 503 .*\r\nretry-after: 1\r\n.*"reason":"Overloaded"/s);
    const [first] = held;
    first?.write(BODY.padEnd(limit));
    t.match(await (first && once(first, 'data')), [/^HTTP\/1\.1 202 /]);
    t.match(await ask(), /^HTTP\/1\.1 202 /);
  },
);

t.test('forgets a caller that goes away, and does not call that an error of its own', async (t) => {
  const tested = apiUnderTest();
  const { app, sender, logged } = tested;
  const steps = new EventEmitter();
  app.addHook('onRequest', async (_request, reply) => {
    reply.raw.once('close', () => steps.emit('gone'));
  });
  const { dial } = await listening(t, tested);
  const socket = await dial();
  socket.write(`${HEAD}expect: 100-continue\r\ncontent-length: 100\r\n\r\n`);
  await once(socket, 'data');
  const gone = once(steps, 'gone');
  socket.destroy();
  await gone;
  t.strictSame([sender.calls, logged], [[], []]);
});
