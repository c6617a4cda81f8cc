import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Test } from 'tap';

/** Lies between a client and NATS. */
export class UnreliableLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #servers = new Set<Socket>();
  #subject: string | undefined;
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
    client.on('data', (data) => this.#forward(data, server));
  }

  #forward(data: Buffer, server: Socket): void {
    const at = this.#position(data);
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

  #position(data: Buffer): number | undefined {
    if (this.#subject === undefined || this.#isCut) return undefined;
    const positions = [`HPUB ${this.#subject}`, `PUB ${this.#subject}`]
      .map((text) => data.indexOf(text))
      .filter((position) => position >= 0);
    return positions.length > 0 ? Math.min(...positions) : undefined;
  }

  #end(): void {
    this.disconnect();
    this.#server.close();
  }
}
