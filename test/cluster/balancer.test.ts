import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { type Balancer, startBalancer } from '@mailprovider/cluster/balancer';
import t, { type Test } from 'tap';

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('does not listen');
  return address.port;
}

/** Listens with `serve` for each connection, and returns the URL. */
async function listen(t: Test, serve: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket.on('error', () => {}));
    serve(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `https://127.0.0.1:${portOf(server)}`;
}

async function refusingUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  await once(server.close(), 'close');
  return `https://127.0.0.1:${port}`;
}

async function balance(t: Test, targets: () => readonly string[]): Promise<Balancer> {
  const balancer = await startBalancer(targets);
  t.teardown(() => balancer.close());
  return balancer;
}

async function dial(t: Test, { port }: Balancer): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function answerOf(t: Test, balancer: Balancer): Promise<string> {
  const socket = await dial(t, balancer);
  const answer = await text(socket);
  socket.end();
  return answer;
}

t.test('new connections take turns, also when the targets change', async (t) => {
  const one = await listen(t, (socket) => socket.end('one'));
  const two = await listen(t, (socket) => socket.end('two'));
  let targets = [one, two];
  const balancer = await balance(t, () => targets);
  const answers = [];
  for (let count = 0; count < 4; count += 1) answers.push(await answerOf(t, balancer));
  t.strictSame(answers, ['one', 'two', 'one', 'two']);
  targets = [two];
  t.equal(await answerOf(t, balancer), 'two');
  t.equal(await answerOf(t, balancer), 'two');
});

t.test('a target that refuses is passed over', async (t) => {
  const one = await listen(t, (socket) => socket.end('one'));
  const targets = [await refusingUrl(), one, await refusingUrl()];
  const balancer = await balance(t, () => targets);
  for (let count = 0; count < 3; count += 1) t.equal(await answerOf(t, balancer), 'one');
});

t.test('without a target that takes it, a connection is closed', async (t) => {
  const refusing = await refusingUrl();
  for (const targets of [[], [refusing]]) {
    const balancer = await balance(t, () => targets);
    t.equal(await answerOf(t, balancer), '');
  }
});

t.test('a connection stays where it is when its target is no longer one', async (t) => {
  const echo = await listen(t, (socket) => socket.pipe(socket));
  let targets = [echo];
  const balancer = await balance(t, () => targets);
  const socket = await dial(t, balancer);
  for (const word of ['before', 'after']) {
    socket.write(word);
    const [answer] = await once(socket, 'data');
    t.equal(String(answer), word);
    targets = [];
  }
});

t.test('what is sent before and after the other side has ended arrives whole', async (t) => {
  const target = await listen(t, async (socket) => {
    // Reading a socket itself to its end would destroy it.
    socket.end(await buffer(socket.pipe(new PassThrough())));
  });
  const balancer = await balance(t, () => [target]);
  const socket = await dial(t, balancer);
  const sent = Buffer.alloc(8 * 1024 * 1024, 'mail');
  socket.end(sent);
  t.ok(sent.equals(await buffer(socket)));
});

t.test('a reset of one side ends the other', async (t) => {
  const resetting = await listen(t, (socket) =>
    socket.once('data', () => socket.resetAndDestroy()),
  );
  const client = await dial(t, await balance(t, () => [resetting]));
  client.write('x');
  await t.rejects(once(client, 'close'), { code: 'ECONNRESET' });

  let reached: (socket: Socket) => void = () => {};
  const connection = new Promise<Socket>((resolve) => {
    reached = resolve;
  });
  const waiting = await listen(t, (socket) => reached(socket.resume()));
  const other = await dial(t, await balance(t, () => [waiting]));
  const upstream = await connection;
  other.resetAndDestroy();
  await t.rejects(once(upstream, 'close'), { code: 'ECONNRESET' });
});

t.test('closing ends every connection and refuses new ones', async (t) => {
  const echo = await listen(t, (socket) => socket.pipe(socket));
  const balancer = await balance(t, () => [echo]);
  const socket = await dial(t, balancer);
  socket.write('x');
  await once(socket, 'data');
  const closed = once(socket.resume(), 'end');
  await balancer.close();
  await closed;
  const refused = connect(balancer.port, '127.0.0.1');
  await t.rejects(once(refused, 'connect'), { code: 'ECONNREFUSED' });
});
