import type { Socket } from 'node:net';
import {
  type ConnectionOptions,
  connect as connectTls,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls';
import { SERVICE_CLOSING, SessionFault } from './failure.ts';
import { type Reply, ReplyParser } from './reply-parser.ts';
import { socketFault } from './socket-fault.ts';
import { StepTimer } from './step-timer.ts';

/** Shared, since most sessions end without anyone who waits for it. */
const CLOSED = new SessionFault('ConnectionClosed');
const LINE_BREAK = /[\r\n]/;
const NO_BYTES = new Uint8Array();

/** Who waits for replies: called as each arrives, and not again after the last of them or `failed`. */
export interface ReplyListener {
  /** Takes a reply; returns whether another one is to come. */
  replied(reply: Reply): boolean;
  /** The connection ended by this cause, so the replies outstanding will not come. */
  failed(cause: unknown): void;
}

/**
 * One socket to an SMTP server: commands out, their replies in, in the same order.
 *
 * It is open until the first fault, and destroyed by it: the peer ends or resets, sends what is not
 * a reply or what was not asked for, or `destroy` is called. The step that waits, or else the next
 * one, fails with that first cause. Faults are `SessionFault`s; the stage is the caller's knowledge.
 */
export class Connection {
  #socket: Socket;
  readonly #parser = new ReplyParser();
  readonly #timer: StepTimer;
  #failure: { readonly cause: unknown } | undefined;
  #listener: ReplyListener | undefined;

  constructor(socket: Socket, monotonicMs: () => number) {
    this.#socket = socket;
    this.#timer = new StepTimer(monotonicMs, () => this.destroy(new SessionFault('Timeout')));
    this.#watch(socket);
    socket.on('data', this.#receive);
  }

  /** The address of the socket's own end. */
  get localAddress(): string | undefined {
    return this.#socket.localAddress;
  }

  /** Whether the connection is open, with nothing waited for and nothing unread. */
  get isQuiet(): boolean {
    const open = this.#failure === undefined && !this.#socket.destroyed;
    return open && this.#listener === undefined && this.#parser.idle;
  }

  /** Waits for the reply to come without a command, such as the greeting. */
  readReply(): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.listen({ replied: (reply) => only(resolve, reply), failed: reject });
    });
  }

  /** Has `listener` told of the replies to come. One listens at a time. */
  listen(listener: ReplyListener): void {
    if (this.#listener !== undefined) throw new Error('a step is under way already');
    if (this.#failure === undefined) this.#listener = listener;
    else listener.failed(this.#failure.cause);
  }

  /** Sends lines, given with their CRLF. */
  write(lines: string): void {
    this.#socket.write(lines);
  }

  /** Sends bytes; resolves when they are handed to the network, or when the connection has ended. */
  writeBytes(pieces: readonly Uint8Array[]): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.cork();
      for (const piece of pieces.slice(0, -1)) this.#socket.write(piece);
      this.#socket.write(pieces.at(-1) ?? NO_BYTES, () => resolve());
      this.#socket.uncork();
    });
  }

  /** Ends the connection, with reason Timeout, after so long without `endStep` or another begin. */
  beginStep(limitMs: number): void {
    if (this.#failure === undefined) this.#timer.begin(limitMs);
  }

  endStep(): void {
    this.#timer.end();
  }

  /** Sends one line, given without its CRLF, and waits for the reply to it. */
  async command(line: string): Promise<Reply> {
    if (LINE_BREAK.test(line)) throw new TypeError('an SMTP command is a single line');
    this.requireQuiet();
    const reply = this.readReply();
    this.#socket.write(`${line}\r\n`);
    return reply;
  }

  /** Puts TLS over the socket. Plain text received beyond the last reply is a fault (RFC 3207 section 6). */
  async upgrade(options: ConnectionOptions): Promise<TLSSocket> {
    this.requireQuiet();
    const plain = this.#release();
    const secured = connectTls({ ...options, socket: plain });
    readNoChain(secured);
    this.#socket = secured;
    this.#watch(secured);
    await new Promise<void>((resolve, reject) => {
      this.listen({ replied: () => false, failed: reject });
      secured.once('secureConnect', resolve);
    });
    this.#listener = undefined;
    secured.on('data', this.#receive);
    return secured;
  }

  /** Throws if the connection failed or the server said something that was not asked for. */
  requireQuiet(): void {
    this.endIfUnread();
    if (this.#failure !== undefined) throw this.#failure.cause;
  }

  /** Ends the connection if the server said something that was not asked for. */
  endIfUnread(): void {
    if (!this.#parser.idle) this.destroy(new SessionFault('ProtocolError'));
  }

  /** Closes the socket at once; who listens is told `cause`, or that it closed. */
  destroy(cause?: unknown): void {
    this.#failure ??= { cause: cause ?? CLOSED };
    this.#timer.clear();
    this.#socket.destroy();
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.failed(this.#failure.cause);
  }

  #watch(socket: Socket): void {
    socket.on('error', (error) => this.destroy(socketFault(error, 'ConnectionClosed')));
    socket.on('end', this.#ended);
    socket.on('close', this.#ended);
  }

  /** The TLS layer reports the end of the socket below it; only its late errors are still caught here. */
  #release(): Socket {
    return this.#socket
      .pause()
      .off('data', this.#receive)
      .off('end', this.#ended)
      .off('close', this.#ended);
  }

  readonly #ended = (): void => this.destroy();

  readonly #receive = (bytes: Buffer): void => {
    this.#parser.push(bytes);
    try {
      while (this.#failure === undefined) {
        const reply = this.#parser.next();
        if (reply === undefined) return;
        this.#accept(reply);
      }
    } catch {
      this.destroy(new SessionFault('ProtocolError'));
    }
  };

  #accept(reply: Reply): void {
    if (this.#listener !== undefined) {
      if (!this.#listener.replied(reply)) this.#listener = undefined;
      return;
    }
    const closing = reply.code === SERVICE_CLOSING;
    const unavailable = new SessionFault('ServiceUnavailable', reply.code);
    this.destroy(closing ? unavailable : new SessionFault('ProtocolError'));
  }
}

function only(resolve: (reply: Reply) => void, reply: Reply): false {
  resolve(reply);
  return false;
}

/**
 * Node reads the whole chain into objects when a handshake is done: 0.18 of the 1.3 ms that a probe
 * takes. OpenSSL has judged the chain by then, and the server's own certificate alone, once, is 0.03 ms.
 */
function readNoChain(socket: TLSSocket): void {
  const read = socket.getPeerCertificate.bind(socket);
  let certificate: PeerCertificate | undefined;
  Object.defineProperty(socket, 'getPeerCertificate', {
    value: () => {
      certificate ??= read(false);
      return certificate;
    },
  });
}
