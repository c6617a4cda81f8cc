import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { freePorts } from '@mailprovider/cluster/free-ports';
import type { Resolver } from '@mailprovider/smtp';
import { socketFault } from '@mailprovider/smtp/socket-fault';
import t, { type Test } from 'tap';
import { answering, failureOf, open } from './probe.ts';
import { close, greetAndOffer, scriptedPeer } from './scripted-peer.ts';

function failing(code: string): Resolver {
  return { resolve: () => Promise.reject(Object.assign(new Error('lookup'), { code })) };
}

t.test('each fault of name resolution has its reason', async (t) => {
  const table = [
    [failing('ENOTFOUND'), 'HostNotFound', true],
    [failing('ENODATA'), 'HostNotFound', true],
    [answering(), 'HostNotFound', true],
    [failing('EAI_AGAIN'), 'DnsFailed', false],
    [failing('ESERVFAIL'), 'DnsFailed', false],
    [answering('169.254.169.254', 'fe80::1'), 'AddressNotAllowed', true],
  ] as const;
  for (const [resolver, reason, permanent] of table) {
    const failure = await failureOf(t, { target: { port: 25 }, resolver });
    t.same(failure, { stage: 'dns', reason, permanent });
  }
});

t.test('a resolver that never answers ends with the deadline', async (t) => {
  const resolver: Resolver = { resolve: () => new Promise(() => undefined) };
  // The listening peer keeps the process alive, which the deadline alone does not.
  const { port } = await scriptedPeer(t, []);
  const failure = await failureOf(t, { target: { port }, resolver, deadlineMs: 50 });
  t.same(failure, { stage: 'dns', reason: 'Timeout', permanent: false });
});

t.test('a resolver that stops with the signal is a timeout, no fault of DNS', async (t) => {
  const resolver: Resolver = {
    resolve: (_host, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
  const { port } = await scriptedPeer(t, []);
  const failure = await failureOf(t, { target: { port }, resolver, deadlineMs: 50 });
  t.same(failure, { stage: 'dns', reason: 'Timeout', permanent: false });
});

t.test('a signal that has aborted already dials nothing', async (t) => {
  const peer = await scriptedPeer(t, []);
  const reason = new Error('shutting down');
  const attempt = { target: { port: peer.port }, signal: AbortSignal.abort(reason) };
  await t.rejects(open(attempt), reason);
  t.equal(peer.connections(), 0);
});

t.test('only addresses that are allowed are dialled', async (t) => {
  const peer = await scriptedPeer(t, greetAndOffer());
  const resolver = answering('169.254.1.1', '127.0.0.1');
  const session = await open({ target: { port: peer.port }, resolver });
  session.close();
  t.equal(await peer.ended(), 1);
});

t.test('the address that answered is judged once more', async (t) => {
  const peer = await scriptedPeer(t, greetAndOffer());
  let judged = 0;
  const addressPolicy = { allows: () => judged++ === 0 };
  const failure = await failureOf(t, { target: { port: peer.port }, addressPolicy });
  t.same(failure, { stage: 'connect', reason: 'AddressNotAllowed', permanent: true });
  t.equal(await peer.ended(), 1);
  t.equal(peer.received(), '');
});

t.test('a literal is dialled as the address that was judged', async (t) => {
  const peer = await scriptedPeer(t, greetAndOffer());
  const target = { host: '192.0.2.1', port: peer.port };
  const session = await open({ target, deadlineMs: 1_000 });
  session.close();
  t.equal(await peer.ended(), 1);
});

t.test('the name is resolved once for a session', async (t) => {
  const peer = await scriptedPeer(t, greetAndOffer());
  let asked = 0;
  const resolver: Resolver = {
    resolve: async () => {
      asked++;
      return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    },
  };
  const session = await open({ target: { port: peer.port }, resolver });
  session.close();
  t.equal(asked, 1);
});

t.test('IPv4 is used where IPv6 is refused, in either order', async (t) => {
  for (const addresses of [
    ['::1', '127.0.0.1'],
    ['127.0.0.1', '::1'],
  ]) {
    const peer = await scriptedPeer(t, greetAndOffer());
    const session = await open({
      target: { port: peer.port },
      resolver: answering(...addresses),
    });
    session.close();
    t.equal(await peer.ended(), 1, addresses.join(', '));
  }
});

t.test('IPv6 is used, and named as such', { skip: !(await hasIpv6()) }, async (t) => {
  const peer = await scriptedPeer(t, [...greetAndOffer(), close], '::1');
  const session = await open({ target: { port: peer.port }, resolver: answering('::1') });
  session.close();
  t.match(peer.received(), 'EHLO [IPv6:::1]\r\n');
});

async function hasIpv6(): Promise<boolean> {
  const server = createServer().listen(0, '::1');
  const up = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.close();
  return up;
}

t.test('a closed port is refused, on one address or on several', async (t) => {
  const [port = 0] = await freePorts(1);
  for (const addresses of [['127.0.0.1'], ['127.0.0.1', '127.0.0.2'], ['::1', '127.0.0.1']]) {
    const failure = await failureOf(t, { target: { port }, resolver: answering(...addresses) });
    t.same(failure, { stage: 'connect', reason: 'ConnectionRefused', permanent: false });
  }
});

t.test('a connection that is never accepted ends with the deadline', async (t) => {
  const port = await fullBacklog(t);
  const failure = await failureOf(t, { target: { port }, deadlineMs: 150 });
  t.same(failure, { stage: 'connect', reason: 'Timeout', permanent: false });
});

/** A listening socket whose queue is full: the kernel drops what comes after. */
async function fullBacklog(t: Test): Promise<number> {
  const worker = new Worker(BLOCKED_LISTENER, { eval: true });
  t.teardown(() => worker.terminate());
  const [port] = (await once(worker, 'message')) as [number];
  const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1'));
  t.teardown(() => {
    for (const socket of fillers) socket.destroy();
  });
  for (const socket of fillers) socket.on('error', () => undefined);
  await Promise.race(fillers.map((socket) => once(socket, 'connect')));
  return port;
}

const BLOCKED_LISTENER = `
const { parentPort } = require('node:worker_threads');
const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 });
server.on('listening', () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
});
`;

t.test('of several addresses the most telling fault is told', async (t) => {
  const of = (...codes: readonly string[]) =>
    socketFault(
      new AggregateError(codes.map((code) => Object.assign(new Error(code), { code }))),
      'HostUnreachable',
    ).reason;
  t.equal(of('ENETUNREACH', 'ECONNREFUSED'), 'ConnectionRefused');
  t.equal(of('ENETUNREACH', 'ETIMEDOUT'), 'Timeout');
  t.equal(of('ENETUNREACH', 'EHOSTUNREACH'), 'HostUnreachable');
  t.equal(of('EADDRNOTAVAIL'), 'HostUnreachable', 'unknown codes as told');
});
