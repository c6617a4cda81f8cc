import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';

export interface SinkSessionOptions {
  /** With one, mails are taken only over TLS and after AUTH. */
  readonly login?: {
    readonly secureContext: SecureContext;
    readonly username: string;
    readonly password: string;
  };
  /** Told of every message, as it came. */
  readonly received: (message: Buffer) => void;
}

const LINE_END = Buffer.from('\r\n');
const MESSAGE_END = Buffer.from('\r\n.\r\n');
const NOTHING = Buffer.alloc(0);
const EXTENSIONS = ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES', 'SIZE 10485760'];
const LOGIN_NEEDED = '530 5.7.0 STARTTLS and AUTH first\r\n';

/**
 * One SMTP session that takes every mail and throws it away.
 *
 * It does no more than that, so that it costs less than any client of it.
 */
export class SinkSession {
  readonly #options: SinkSessionOptions;
  readonly #accepted: string | undefined;
  #socket: Socket;
  #secure = false;
  #authenticated: boolean;
  #inMessage = false;
  #unread: Buffer = NOTHING;
  #replies = '';

  constructor(socket: Socket, options: SinkSessionOptions) {
    const { login } = options;
    this.#options = options;
    this.#authenticated = login === undefined;
    this.#accepted =
      login && Buffer.from(`\0${login.username}\0${login.password}`).toString('base64');
    this.#socket = socket;
    this.#listen(socket);
    socket.write('220 sink.bench ESMTP\r\n');
  }

  #listen(socket: Socket): void {
    socket.on('data', this.#receive);
    // A client that goes away ends its own session only.
    socket.on('error', () => socket.destroy());
  }

  readonly #receive = (chunk: Buffer): void => {
    const input = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    let taken = 0;
    for (;;) {
      const end = input.indexOf(this.#inMessage ? MESSAGE_END : LINE_END, taken);
      if (end === -1) break;
      taken = this.#take(input, taken, end);
    }
    this.#unread = taken === input.length ? NOTHING : input.subarray(taken);
    // One write for all that a client pipelined.
    if (this.#replies !== '') this.#socket.write(this.#replies);
    this.#replies = '';
  };

  /** Takes a message or a line; returns where the next begins. */
  #take(input: Buffer, start: number, end: number): number {
    if (this.#inMessage) {
      this.#inMessage = false;
      this.#options.received(input.subarray(start, end));
      this.#replies += '250 2.0.0 taken\r\n';
      return end + MESSAGE_END.length;
    }
    this.#command(input.toString('latin1', start, end));
    return end + LINE_END.length;
  }

  #command(line: string): void {
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        this.#replies += this.#offer();
        return;
      case 'STAR':
        this.#startTls();
        return;
      case 'AUTH':
        this.#replies += this.#authenticate(line);
        return;
      case 'MAIL':
        this.#replies += this.#authenticated ? '250 2.1.0 ok\r\n' : LOGIN_NEEDED;
        return;
      case 'DATA':
        this.#inMessage = this.#authenticated;
        this.#replies += this.#authenticated ? '354 go on\r\n' : LOGIN_NEEDED;
        return;
      case 'QUIT':
        this.#socket.end('221 2.0.0 bye\r\n');
        return;
      default:
        // HELO, RCPT, RSET and NOOP.
        this.#replies += '250 2.0.0 ok\r\n';
    }
  }

  #offer(): string {
    const login =
      this.#options.login === undefined ? [] : [this.#secure ? 'AUTH PLAIN' : 'STARTTLS'];
    const words = ['sink.bench', ...EXTENSIONS, ...login];
    const last = words.length - 1;
    return words.map((word, at) => `250${at === last ? ' ' : '-'}${word}\r\n`).join('');
  }

  #startTls(): void {
    const { login } = this.#options;
    if (login === undefined || this.#secure) {
      this.#replies += '502 5.5.1 not offered\r\n';
      return;
    }
    const plain = this.#socket;
    plain.removeListener('data', this.#receive);
    plain.write('220 2.0.0 go ahead\r\n');
    const { secureContext } = login;
    this.#socket = new TLSSocket(plain, { isServer: true, secureContext });
    this.#secure = true;
    this.#listen(this.#socket);
  }

  #authenticate(line: string): string {
    const accepted = this.#secure && line === `AUTH PLAIN ${this.#accepted}`;
    if (accepted) this.#authenticated = true;
    return accepted ? '235 2.7.0 accepted\r\n' : '535 5.7.8 not accepted\r\n';
  }
}
