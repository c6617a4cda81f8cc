import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Test } from 'tap';

/** Lies between a client and NATS. */
export class UnreliableLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #servers = new Set<Socket>();
  #subject: string | undefined;
  #held: string | undefined;
  #release: (() => void) | undefined;
  #isCut = false;
  #cut: () => void = () => {};
  readonly cut = new Promise<void>((resolve) => {
    this.#cut = resolve;
  });

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      if (this.#isCut) client.destroy();
      else this.#link(client, connect(Number(target.port), target.hostname));
    });
  }

  static async start(t: Test, url: string): Promise<UnreliableLink> {
    const proxy = new UnreliableLink(new URL(url));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    t.teardown(() => proxy.#end());
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it does not listen');
    return `nats://127.0.0.1:${address.port}`;
  }

  /**
   * Cuts the client off for good before its first message to a subject that begins so, as the end of its
   * process at that moment would.
   */
  cutBefore(subject: string): void {
    this.#subject = subject;
  }

  /** Holds what the client says from its next message to a subject that begins so. */
  holdBefore(subject: string): void {
    this.#held = subject;
  }

  /** Lets what is held go on. */
  release(): void {
    this.#held = undefined;
    this.#release?.();
  }

  /** NATS hears the client, and the client hears nothing. */
  holdAnswers(): void {
    for (const server of this.#servers) {
      server.unpipe();
      server.pause();
    }
  }

  /** Ends the connections, for new ones. */
  disconnect(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #link(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        server.destroy();
      });
    }
    this.#servers.add(server);
    server.pipe(client);
    client.on('data', (data) => this.#deliver(client, data, server));
  }

  #deliver(client: Socket, data: Buffer, server: Socket): void {
    const at = positionOf(this.#held, data);
    if (at === undefined) {
      this.#forward(data, server);
      return;
    }
    this.#forward(data.subarray(0, at), server);
    client.pause();
    this.#release = () => {
      this.#forward(data.subarray(at), server);
      client.resume();
    };
  }

  #forward(data: Buffer, server: Socket): void {
    const at = this.#isCut ? undefined : positionOf(this.#subject, data);
    if (at === undefined) {
      server.write(data);
      return;
    }
    this.#isCut = true;
    server.write(data.subarray(0, at), () => {
      this.disconnect();
      this.#cut();
    });
  }

  #end(): void {
    this.disconnect();
    this.#server.close();
  }
}

function positionOf(subject: string | undefined, data: Buffer): number | undefined {
  if (subject === undefined) return undefined;
  const positions = [`HPUB ${subject}`, `PUB ${subject}`]
    .map((text) => data.indexOf(text))
    .filter((position) => position >= 0);
  return positions.length > 0 ? Math.min(...positions) : undefined;
}
