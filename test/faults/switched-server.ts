import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Cluster } from '@mailprovider/cluster';
import type { Test } from 'tap';

/** A port that refuses connections, until it passes them on to the SMTP server of the cluster. */
export async function switchedServer(t: Test, { environment }: Cluster) {
  const { MAILPROVIDER_SMTP_HOST: host, MAILPROVIDER_SMTP_PORT: smtpPort } = environment;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket.on('error', () => socket.destroy()));
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    const sink = keep(connect(Number(smtpPort), host));
    keep(client).pipe(sink).pipe(client);
  });
  const on = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const off = async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  const port = await on(0);
  await off();
  t.teardown(() => (server.listening ? off() : undefined));
  return { port, on: () => on(port), off };
}
