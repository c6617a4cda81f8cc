import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Test } from 'tap';

/** A message that the server said it took. */
export interface ReceivedMessage {
  readonly from: string;
  readonly recipients: readonly string[];
  /** As sent, with the doubled dots made single again. */
  readonly content: string;
}

/**
 * What the server says in place of taking what comes; `drop` closes without a word, `reset` does so
 * by RST, `hang` says nothing, `slow` what it would have said anyway, later.
 */
export type Answer = string | 'drop' | 'reset' | 'hang' | 'slow' | undefined;

const OFFERED = ['PIPELINING', 'SIZE 10000000', '8BITMIME', 'SMTPUTF8'];
const EHLO_REPLY = ['250-receiver', ...OFFERED.map((each) => `250-${each}`), '250 AUTH PLAIN'].join(
  '\r\n',
);

export interface ReceivingServer {
  readonly port: number;
  readonly received: readonly ReceivedMessage[];
  readonly seen: { connections: number; logins: number; open: number };
  /** Decides the answer to a command line, or to `.` for a whole message. */
  answer: (line: string) => Answer;
  /** How much later it says what is `slow`. */
  slowMs: number;
  /** While set, AUTH needs this password. */
  password: string | undefined;
  /** Resolves when as many messages have been received. */
  has(count: number): Promise<void>;
  /** Refuses connections, as a server that is down does. */
  down(): Promise<void>;
  up(): Promise<void>;
}

/** An SMTP server that takes every mail unless told otherwise, offers PIPELINING, and greets at once. */
export async function receivingServer(t: Test, port = 0): Promise<ReceivingServer> {
  const started = new Receiving();
  await started.listen(port);
  t.teardown(() => started.down());
  return started;
}

/** Has a server say nothing from that command on; resolves when it has come to it so often. */
export function hangAt(
  server: Pick<ReceivingServer, 'answer'>,
  verb: string,
  times = 1,
): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    server.answer = (line) => {
      if (!line.startsWith(verb)) return undefined;
      seen += 1;
      if (seen === times) resolve();
      return 'hang';
    };
  });
}

class Receiving implements ReceivingServer {
  port = 0;
  readonly received: ReceivedMessage[] = [];
  readonly seen = { connections: 0, logins: 0, open: 0 };
  answer: (line: string) => Answer = () => undefined;
  slowMs = 100;
  password: string | undefined;
  readonly #news = new EventEmitter<{ received: [] }>().setMaxListeners(0);
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  async listen(port: number): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
    this.#server = server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  async has(count: number): Promise<void> {
    while (this.received.length < count) await once(this.#news, 'received');
  }

  async down(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(server, 'close');
  }

  up(): Promise<void> {
    return this.listen(this.port);
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    this.seen.connections += 1;
    this.seen.open += 1;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.seen.open -= 1;
    });
    const say = (text: string) => {
      if (text === 'drop') socket.destroy();
      else if (text === 'reset') socket.resetAndDestroy();
      else if (!socket.destroyed) socket.write(`${text}\r\n`);
    };
    say(this.answer('connect') ?? '220 ready');
    const conversation = new Conversation(this, say);
    let unread = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (unread + text).split('\r\n');
      unread = lines.pop() ?? '';
      for (const line of lines) if (!socket.destroyed) conversation.hear(line);
      if (conversation.ended) socket.end();
    });
  }

  store(message: ReceivedMessage): void {
    this.received.push(message);
    this.#news.emit('received');
  }
}

class Conversation {
  ended = false;
  readonly #server: Receiving;
  readonly #say: (text: string) => void;
  /** Answers that wait for a slow one before them. */
  #held: string[] | undefined;
  /** Of the transaction under way. */
  #from: string | undefined;
  #recipients: string[] = [];
  #content: string[] | undefined;

  constructor(server: Receiving, say: (text: string) => void) {
    this.#server = server;
    this.#say = (text) => {
      if (this.#held === undefined) say(text);
      else this.#held.push(text);
    };
  }

  #sayLater(text: string): void {
    this.#held ??= [];
    this.#held.push(text);
    setTimeout(() => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const each of held) this.#say(each);
    }, this.#server.slowMs).unref();
  }

  hear(line: string): void {
    if (this.#content === undefined) this.#command(line);
    else if (line === '.') this.#message(this.#content);
    else this.#content.push(line.startsWith('.') ? line.slice(1) : line);
  }

  #message(lines: readonly string[]): void {
    this.#content = undefined;
    const other = this.#server.answer('.');
    if (other === undefined || other === 'slow') {
      const content = lines.map((line) => `${line}\r\n`).join('');
      this.#server.store({ from: this.#from ?? '', recipients: this.#recipients, content });
    }
    this.#forget();
    this.#answer(other, '250 2.0.0 taken');
  }

  #command(line: string): void {
    const other = this.#server.answer(line);
    this.#answer(other, other === undefined || other === 'slow' ? this.#answerTo(line) : '');
  }

  #answer(other: Answer, usual: string): void {
    if (other === 'slow') this.#sayLater(usual);
    else if (other === 'hang') this.#held ??= [];
    else this.#say(other ?? usual);
  }

  #answerTo(line: string): string {
    switch (line.slice(0, 4)) {
      case 'EHLO':
        return EHLO_REPLY;
      case 'AUTH':
        return this.#login(line.split(' ')[2] ?? '');
      case 'MAIL':
        this.#from = pathIn(line);
        return '250 2.1.0 fine';
      case 'RCPT':
        if (this.#from === undefined) return '503 5.5.1 MAIL first';
        this.#recipients.push(pathIn(line));
        return '250 2.1.5 fine';
      case 'DATA':
        if (this.#recipients.length === 0) return '554 5.5.1 no recipients';
        this.#content = [];
        return '354 go on';
      case 'RSET':
        this.#forget();
        return '250 2.0.0 forgotten';
      case 'QUIT':
        this.ended = true;
        return '221 2.0.0 bye';
      default:
        return '502 5.5.1 what';
    }
  }

  #forget(): void {
    this.#from = undefined;
    this.#recipients = [];
  }

  #login(credentials: string): string {
    this.#server.seen.logins += 1;
    const given = Buffer.from(credentials, 'base64').toString().split('\0').at(-1);
    const right = this.#server.password === undefined || given === this.#server.password;
    return right ? '235 2.7.0 welcome' : '535 5.7.8 no';
  }
}

function pathIn(line: string): string {
  return /<(.*?)>/.exec(line)?.[1] ?? '';
}
