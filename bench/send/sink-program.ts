import { once } from 'node:events';
import { createServer } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { z } from 'zod';
import { assist } from '../measure/assist.ts';
import { Arrivals } from './arrivals.ts';
import { SinkSession, type SinkSessionOptions } from './sink-session.ts';
import { sinkTaskSchema } from './sink-task.ts';

/** More than all clients of a benchmark connect with at once. */
const BACKLOG = 1024;

const arrivals = new Arrivals();

type Login = Extract<z.output<typeof sinkTaskSchema>, { task: 'listen' }>['login'];

function sessionOptions(login: Login): SinkSessionOptions {
  const received = (message: Buffer) => arrivals.add(message);
  if (login === undefined) return { received };
  const { certificatePem: cert, keyPem: key, username, password } = login;
  const secureContext = createSecureContext({ cert, key });
  return { received, login: { secureContext, username, password } };
}

/** Listens on a free port of 127.0.0.1, which it returns. */
async function listen(login: Login): Promise<number> {
  const options = sessionOptions(login);
  const server = createServer({ noDelay: true }, (socket) => {
    new SinkSession(socket, options);
  });
  server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listens on no port');
  return address.port;
}

assist(async (message) => {
  const task = sinkTaskSchema.parse(message);
  switch (task.task) {
    case 'listen':
      return { port: await listen(task.login) };
    case 'count':
      return { total: arrivals.total };
    case 'await':
      return { at: await arrivals.whenTotal(task.total) };
    case 'latencies':
      return arrivals.takeLatencies();
  }
});
