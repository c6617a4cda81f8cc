import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { flood } from './scripted-peer.ts';

export interface FloodingServers {
  /** One for each text. */
  readonly ports: readonly number[];
  close(): Promise<unknown>;
}

/** Servers in a thread of their own that send their text without end to whoever connects. */
export async function floodingServers(texts: readonly string[]): Promise<FloodingServers> {
  const worker = new Worker(new URL(import.meta.url), { workerData: texts });
  const [ports] = (await once(worker, 'message')) as [readonly number[]];
  return { ports, close: () => worker.terminate() };
}

async function listen(text: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    void flood(text)({ socket, beneath: socket, unread: '' });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

if (!isMainThread) {
  const texts: readonly string[] = workerData;
  parentPort?.postMessage(await Promise.all(texts.map(listen)));
}
