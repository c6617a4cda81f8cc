import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const COMPLETE_REPLY = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/;

/** An SMTP client that says exactly what a test tells it. */
export class ScriptedClient {
  #socket: Socket;
  #received = '';
  #notify: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#read(socket);
  }

  static async plain(port: number): Promise<ScriptedClient> {
    const client = new ScriptedClient(connectTcp(port, '127.0.0.1'));
    await client.reply();
    return client;
  }

  static async tls(port: number, ca: string): Promise<ScriptedClient> {
    const client = new ScriptedClient(connectTls({ port, host: '127.0.0.1', ca }));
    await client.reply();
    return client;
  }

  /** Resolves when the connection is gone. */
  get closed(): Promise<unknown> {
    return this.#socket.destroyed ? Promise.resolve() : once(this.#socket, 'close');
  }

  /** The next whole reply; rejects if the connection ends before it. */
  async reply(): Promise<string> {
    for (;;) {
      const complete = COMPLETE_REPLY.exec(this.#received)?.[0];
      if (complete !== undefined) {
        this.#received = this.#received.slice(complete.length);
        return complete;
      }
      if (this.#socket.destroyed) throw new Error('the connection ended');
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }

  /** Sends lines, each after the reply to the one before; returns the last reply. */
  async send(...lines: readonly string[]): Promise<string> {
    let reply = '';
    for (const line of lines) {
      this.#socket.write(`${line}\r\n`);
      reply = await this.reply();
    }
    return reply;
  }

  /** Sends bytes and waits for nothing. */
  write(text: string): void {
    this.#socket.write(text);
  }

  async startTls(ca: string): Promise<void> {
    await this.send('STARTTLS');
    this.#socket.removeAllListeners('data');
    this.#socket = connectTls({ socket: this.#socket, host: '127.0.0.1', ca });
    this.#read(this.#socket);
    await once(this.#socket, 'secureConnect');
  }

  end(): void {
    this.#socket.destroy();
  }

  #read(socket: Socket): void {
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#notify();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#notify());
  }
}
