import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Test } from 'tap';

/** A connection of a test that writes bytes and reads what comes back. */
export class LineClient {
  readonly #socket: Socket;
  #heard = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#heard += text;
    });
  }

  static async connect(t: Test, port: number): Promise<LineClient> {
    const socket = connect(port, '127.0.0.1');
    t.teardown(() => socket.destroy());
    await once(socket, 'connect');
    return new LineClient(socket);
  }

  write(bytes: string): void {
    this.#socket.write(bytes);
  }

  /** All that was heard, once `text` is in it. */
  async until(text: string): Promise<string> {
    while (!this.#heard.includes(text)) await once(this.#socket, 'data');
    return this.#heard;
  }
}
