import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Test } from 'tap';

export interface SilentServer {
  readonly port: number;
  /** Resolves when the next connection has come, which lasts as long as the test. */
  dialled(): Promise<void>;
}

/** A server that takes connections and says nothing. */
export async function silentServer(t: Test): Promise<SilentServer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return {
    port: (server.address() as AddressInfo).port,
    async dialled() {
      const [socket] = await once(server, 'connection');
      socket.on('error', () => {});
      t.teardown(() => socket.destroy());
    },
  };
}
