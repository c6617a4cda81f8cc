import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, type SecureContextOptions, TLSSocket } from 'node:tls';
import type { Test } from 'tap';

/** One end of a connection, as a script sees it. */
export interface Wire {
  socket: Socket;
  /** The TCP connection, whether TLS is over it or not. */
  readonly beneath: Socket;
  /** Bytes received in the current transport and not yet taken by a step. */
  unread: string;
}

/** One thing a scripted server does; the next follows when it is done. */
export type Step = (wire: Wire) => Promise<void> | void;

export interface ScriptedPeer {
  readonly port: number;
  /** Everything received in plain text and after TLS, in order. */
  received(): string;
  connections(): number;
  /** Resolves when every connection so far has ended, with how many there were. */
  ended(): Promise<number>;
}

/** Listens on an ephemeral port and plays `steps` to whoever connects, then stays silent. */
export async function scriptedPeer(
  t: Test,
  steps: readonly Step[],
  host = '127.0.0.1',
): Promise<ScriptedPeer> {
  const ends: Promise<unknown>[] = [];
  const sockets = new Set<Socket>();
  let received = '';
  const server = createServer((socket) => {
    sockets.add(socket);
    ends.push(new Promise((resolve) => socket.once('close', resolve)));
    const wire: Wire = { socket, beneath: socket, unread: '' };
    listen(wire, socket, (text) => {
      received += text;
    });
    void play(steps, wire, (text) => {
      received += text;
    });
  });
  server.listen(0, host);
  await once(server, 'listening');
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return {
    port: (server.address() as AddressInfo).port,
    received: () => received,
    connections: () => ends.length,
    ended: async () => (await Promise.all(ends)).length,
  };
}

type Heard = (text: string) => void;

function listen(wire: Wire, socket: Socket, heard: Heard): void {
  socket.on('error', () => undefined);
  // A write that still waits for the handshake would keep the socket half open.
  socket.on('end', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    const text = bytes.toString('latin1');
    heard(text);
    wire.unread += text;
    socket.emit('heard');
  });
}

async function play(steps: readonly Step[], wire: Wire, heard: Heard): Promise<void> {
  for (const step of steps) {
    const before = wire.socket;
    if (before.destroyed) return;
    await step(wire);
    if (wire.socket !== before) listen(wire, wire.socket, heard);
  }
}

/** Sends bytes in one write. */
export const say =
  (text: string): Step =>
  ({ socket }) => {
    socket.write(text, 'latin1');
  };

/** Sends bytes past the TLS layer. */
export const sayBeneathTls =
  (text: string): Step =>
  ({ beneath }) => {
    beneath.write(text, 'latin1');
  };

/** Waits for a line and takes it; nothing if the client goes away instead. */
export async function heardLine(wire: Wire): Promise<string | undefined> {
  for (;;) {
    const end = wire.unread.indexOf('\r\n');
    if (end !== -1) {
      const line = wire.unread.slice(0, end);
      wire.unread = wire.unread.slice(end + 2);
      return line;
    }
    if (wire.socket.destroyed) return undefined;
    await heardOrClosed(wire.socket);
  }
}

/** Waits for a line that starts with `verb`, and takes it. */
export const hear =
  (verb: string): Step =>
  async (wire) => {
    for (;;) {
      const line = await heardLine(wire);
      if (line === undefined || line.toUpperCase().startsWith(verb)) return;
    }
  };

function heardOrClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('heard', done).off('close', done);
      resolve();
    };
    socket.once('heard', done).once('close', done);
  });
}

/** Waits for bytes that are no line, such as those of a TLS handshake. */
export const hearBytes: Step = async (wire) => {
  while (wire.unread === '' && !wire.socket.destroyed) await heardOrClosed(wire.socket);
};

/** Waits for any line and answers each with `text`, for as long as lines come. */
export const answerAll =
  (text: string): Step =>
  async (wire) => {
    while (!wire.socket.destroyed) {
      await hear('')(wire);
      wire.socket.write(text, 'latin1');
    }
  };

/** Lets the peer come to its next step: an accepted connection may not be known to the client yet. */
export const pause: Step = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Ends the connection in good order. */
export const close: Step = ({ socket }) => {
  socket.end();
};

/** Ends the connection by RST. */
export const reset: Step = ({ beneath }) => {
  beneath.resetAndDestroy();
};

/** Sends `text` as fast as the peer reads, until it goes away. */
export const flood =
  (text: string): Step =>
  async ({ socket }) => {
    const block = Buffer.from(text.repeat(Math.ceil(65_536 / text.length)), 'latin1');
    while (!socket.destroyed) {
      if (!socket.write(block)) await drainedOrClosed(socket);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  };

function drainedOrClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.once('drain', done).once('close', done);
  });
}

/** Sends `text` over and over, one byte every 10 ms, until the peer goes away. */
export const trickle =
  (text: string): Step =>
  ({ socket }) =>
    new Promise((resolve) => {
      let position = 0;
      const timer = setInterval(() => socket.write(text.charAt(position++ % text.length)), 10);
      socket.once('close', () => {
        clearInterval(timer);
        resolve();
      });
    });

/** Answers the client's handshake as a TLS server, and goes on over it. */
export const handshake =
  (options: SecureContextOptions): Step =>
  (wire) => {
    const plain = wire.socket.removeAllListeners('data');
    plain.pause();
    wire.unread = '';
    const secureContext = createSecureContext(options);
    wire.socket = new TLSSocket(plain, { isServer: true, secureContext });
  };

/** Waits until the client, too, has done its part of the handshake. */
export const handshakeDone: Step = ({ socket }) =>
  new Promise((resolve) => {
    socket.once('secure', resolve).once('close', resolve);
  });

/** The usual way to the end of EHLO; `extensions` are its lines without code. */
export function greetAndOffer(...extensions: readonly string[]): readonly Step[] {
  return [say('220 ready\r\n'), ...offer(...extensions)];
}

/** Waits for EHLO and answers it. */
export function offer(...extensions: readonly string[]): readonly Step[] {
  const lines = ['peer.example', ...extensions];
  const reply = lines.map((line, i) => `250${i === lines.length - 1 ? ' ' : '-'}${line}\r\n`);
  return [hear('EHLO'), say(reply.join(''))];
}
