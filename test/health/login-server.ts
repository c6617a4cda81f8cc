import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Test } from 'tap';

export interface LoginServer {
  readonly port: number;
  /** Sessions at once, now and at most; connections and logins so far. */
  readonly seen: { open: number; most: number; connections: number; logins: number };
  /** What it answers to AUTH in place of judging the password. */
  answer: string | undefined;
  /** Resolves when a client says QUIT next, at the end of a session. */
  sessionEnded(): Promise<void>;
  /** While set, AUTH waits for it. */
  hold: Promise<void> | undefined;
}

/** An SMTP server that greets at once, offers AUTH PLAIN without TLS and counts who logs in. */
export async function loginServer(t: Test, password = 'right'): Promise<LoginServer> {
  const seen = { open: 0, most: 0, connections: 0, logins: 0 };
  const sockets = new Set<Socket>();
  const sessions = new EventEmitter<{ ended: [] }>();
  const server = createServer((socket) => {
    sockets.add(socket);
    seen.open += 1;
    seen.connections += 1;
    seen.most = Math.max(seen.most, seen.open);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    let ended = false;
    const end = () => {
      if (!ended) seen.open -= 1;
      ended = true;
    };
    socket.on('end', end);
    socket.write('220 ready\r\n');
    let unread = '';
    socket.on('data', async (bytes) => {
      const lines = (unread + bytes).split('\r\n');
      unread = lines.pop() ?? '';
      for (const line of lines) {
        if (line === 'QUIT') end();
        await answer(socket, line);
        if (line === 'QUIT') sessions.emit('ended');
      }
    });
  });
  const answer = async (socket: Socket, line: string) => {
    const [verb = '', , credentials = ''] = line.split(' ');
    if (verb === 'EHLO') socket.write('250-server\r\n250 AUTH PLAIN\r\n');
    else if (verb === 'QUIT') socket.end('221 bye\r\n');
    else if (verb === 'AUTH') {
      seen.logins += 1;
      await state.hold;
      const right = Buffer.from(credentials, 'base64').toString().endsWith(`\0${password}`);
      socket.write(`${state.answer ?? (right ? '235 2.7.0 welcome' : '535 5.7.8 no')}\r\n`);
    } else socket.write('502 what\r\n');
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const state: LoginServer = {
    port: (server.address() as AddressInfo).port,
    seen,
    answer: undefined,
    sessionEnded: () => once(sessions, 'ended').then(() => undefined),
    hold: undefined,
  };
  return state;
}
