import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as send } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createAuthority } from '@mailprovider/pki';
import type { Test } from 'tap';

/** What a client wants of the API server, as far as faults differ. */
export type RequestKind = 'list' | 'watch' | 'status-write' | 'other';

/** One request, in the hands of a fault. */
export interface Exchange {
  readonly kind: RequestKind;
  readonly response: ServerResponse;
  /** Asks the API server, for another URL if one is given, and passes its answer on as it comes. */
  forward(url?: string): void;
  /** Path and query. */
  readonly url: string;
  /** Passes nothing on any more; the client's connection stays open. */
  stop(): void;
  /** Asks the API server and passes nothing on; resolves when it has answered. */
  perform(): Promise<void>;
  /** Ends the client's connection by RST. */
  reset(): void;
}

/** What happens to a request instead of being forwarded. */
export interface Fault {
  readonly name: string;
  inject(exchange: Exchange): void;
}

/** Decides which requests get a fault; undefined: none. */
export type FaultSource = (kind: RequestKind, url: string) => Fault | undefined;

export interface Upstream {
  readonly url: string;
  /** PEM of the authority of its certificate. */
  readonly ca: string;
}

function kindOf({ method, url = '' }: IncomingMessage): RequestKind {
  const { pathname, searchParams } = new URL(url, 'https://127.0.0.1');
  if (searchParams.has('watch')) return 'watch';
  if (method === 'PATCH' && pathname.endsWith('/status')) return 'status-write';
  const isCollection = /\/(mailproviders|secrets|leases)$/.test(pathname);
  return method === 'GET' && isCollection ? 'list' : 'other';
}

function exchangeOf(
  incoming: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  upstream: Upstream & { readonly agent: Agent },
  reset: () => void,
): Exchange {
  const { host: _, connection: __, ...headers } = incoming.headers;
  const { url: ownUrl = '' } = incoming;
  /** Who asks through us sees a broken connection, as without us. */
  const ask = (url: string, answered: (answer: IncomingMessage) => void, broken: () => void) => {
    const { method } = incoming;
    const options = { method, headers, agent: upstream.agent, ca: upstream.ca };
    const asking = send(`${upstream.url}${url}`, options, (answer) => {
      answered(answer.on('error', broken));
    });
    asking.on('error', broken);
    asking.end(body);
    return asking;
  };
  let stop = () => {};
  return {
    kind: kindOf(incoming),
    url: ownUrl,
    response,
    reset,
    stop: () => stop(),
    forward(url = ownUrl) {
      let passesOn = !response.destroyed;
      const pass = (answer: IncomingMessage) => {
        if (!passesOn) return;
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        response.flushHeaders();
        answer.on('data', (chunk) => passesOn && response.write(chunk));
        answer.on('end', () => passesOn && response.end());
      };
      const asking = ask(url, pass, () => passesOn && reset());
      stop = () => {
        passesOn = false;
        asking.destroy();
      };
      response.once('close', stop);
    },
    perform: () =>
      new Promise((resolve) => {
        ask(ownUrl, (answer) => answer.resume().once('end', resolve), reset);
      }),
  };
}

/** A way to the API server on which a source of faults decides what happens to each request. */
export async function startFaultProxy(t: Test, upstream: Upstream, faultFor: FaultSource) {
  const now = new Date();
  const authority = createAuthority({ commonName: 'fault proxy', validDays: 1, now });
  const { certificatePem: cert, keyPem: key } = authority.issue({
    commonName: 'fault proxy',
    addresses: ['127.0.0.1'],
    usages: ['server'],
    validDays: 1,
    now,
  });
  const agent = new Agent({ keepAlive: true });
  /** By the port of the client: a TLS socket cannot send an RST. */
  const connections = new Map<number | undefined, Socket>();
  const server = createServer({ cert, key }, async (incoming, response) => {
    const { remotePort } = incoming.socket;
    const reset = () => void connections.get(remotePort)?.resetAndDestroy();
    const body = await buffer(incoming).catch(() => undefined);
    if (body === undefined) return;
    const exchange = exchangeOf(incoming, response, body, { ...upstream, agent }, reset);
    const fault = faultFor(exchange.kind, exchange.url);
    if (fault === undefined) exchange.forward();
    else fault.inject(exchange);
  });
  server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    connections.set(remotePort, socket);
    socket.on('error', () => {}).once('close', () => connections.delete(remotePort));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of connections.values()) socket.destroy();
    agent.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}`, ca: authority.certificatePem };
}
