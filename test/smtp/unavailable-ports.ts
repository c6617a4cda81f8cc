import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';

export interface UnavailablePorts {
  /** On which attempts to connect are neither accepted nor refused. */
  readonly silent: number;
  /** On which nobody listens. */
  readonly refusing: number;
  close(): Promise<void>;
}

const LISTEN_AND_BLOCK = `
const { parentPort } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
`;

/** With a backlog of 1 the kernel queues two connections and drops attempts to make another. */
export async function unavailablePorts(): Promise<UnavailablePorts> {
  const worker = new Worker(LISTEN_AND_BLOCK, { eval: true });
  const [silent] = (await once(worker, 'message')) as [number];
  const queued = [connect(silent, '127.0.0.1'), connect(silent, '127.0.0.1')] as const;
  await Promise.all(queued.map((socket) => once(socket, 'connect')));
  return {
    silent,
    // The client's end of a connection: taken as long as it lasts, and no listener.
    refusing: queued[0].localPort ?? 0,
    close: async () => {
      for (const socket of queued) socket.destroy();
      await worker.terminate();
    },
  };
}
