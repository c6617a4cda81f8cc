import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { freePorts } from '@mailprovider/cluster/free-ports';
import t, { type Test } from 'tap';
import { startDelayProxy } from '#bench/send/delay-proxy';

const ROUND_TRIP_MS = 40;

/** A server that greets with `hello` and sends everything back. */
async function startEcho(t: Test): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.write('hello');
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

t.test('a byte and its answer take a round trip, however many there are', async (t) => {
  const port = await startEcho(t);
  const proxy = await startDelayProxy({ port, roundTripMs: ROUND_TRIP_MS });
  t.teardown(() => proxy.close());
  const begin = performance.now();
  const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true });
  t.teardown(() => socket.destroy());
  socket.setEncoding('latin1');
  t.strictSame(await once(socket, 'data'), ['hello']);
  const greeted = performance.now();
  t.ok(greeted - begin >= 2 * ROUND_TRIP_MS, 'a handshake, and the way of the greeting');

  const big = 'x'.repeat(1_000_000);
  let heard = '';
  socket.on('data', (text: string) => {
    heard += text;
  });
  socket.end(big);
  await once(socket, 'end');
  t.equal(heard, big);
  const taken = performance.now() - greeted;
  t.ok(taken >= ROUND_TRIP_MS, `${taken} ms`);
  t.ok(taken < 20 * ROUND_TRIP_MS, `${taken} ms: bandwidth stays as it is`);
});

t.test('a connection that the server refuses ends', async (t) => {
  const [port = 0] = await freePorts(1);
  const proxy = await startDelayProxy({ port, roundTripMs: 2 });
  t.teardown(() => proxy.close());
  const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'close');
  t.pass('at both ends');
});
