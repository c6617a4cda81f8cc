import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';

/** What all dialogues of a server share. */
export interface DialogueOptions {
  readonly secureContext: SecureContext;
  /** The only pair that AUTH takes. */
  readonly credentials: { readonly username: string; readonly password: string };
}

const CRLF = '\r\n';
const GREETING = '220 mail.bench ESMTP ready';
const PLAIN_OFFER = '250-mail.bench\r\n250-STARTTLS\r\n250 8BITMIME';
const SECURE_OFFER = '250-mail.bench\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME';

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/**
 * One SMTP session up to QUIT, server side: EHLO, STARTTLS, AUTH PLAIN and LOGIN over TLS.
 *
 * It does no more than that, so that a server of these costs less than any client of it.
 */
export class SmtpDialogue {
  readonly #options: DialogueOptions;
  #socket: Socket;
  #secure = false;
  #unread = '';
  /** What the next lines must be for AUTH LOGIN to succeed. */
  #loginAnswers: readonly string[] = [];

  constructor(socket: Socket, options: DialogueOptions) {
    this.#options = options;
    this.#socket = socket;
    this.#listen(socket);
    this.#say(GREETING);
  }

  #listen(socket: Socket): void {
    socket.setEncoding('latin1').on('data', this.#receive);
    // A client that goes away ends its own session only.
    socket.on('error', () => socket.destroy());
  }

  #say(reply: string): void {
    this.#socket.write(reply + CRLF);
  }

  readonly #receive = (text: string): void => {
    const lines = (this.#unread + text).split(CRLF);
    this.#unread = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  };

  #take(line: string): void {
    if (line === 'STARTTLS' && !this.#secure) this.#startTls();
    else if (line === 'QUIT') this.#socket.end(`221 2.0.0 bye${CRLF}`);
    else this.#say(this.#loginAnswers.length > 0 ? this.#continueLogin(line) : this.#reply(line));
  }

  #reply(line: string): string {
    const [verb, ...words] = line.split(' ');
    switch (verb) {
      case 'EHLO':
        return this.#secure ? SECURE_OFFER : PLAIN_OFFER;
      case 'AUTH':
        return this.#secure ? this.#authenticate(words) : '530 5.7.0 STARTTLS first';
      default:
        return '502 5.5.1 not known here';
    }
  }

  #startTls(): void {
    const plain = this.#socket;
    plain.removeListener('data', this.#receive);
    this.#say('220 2.0.0 go ahead');
    const { secureContext } = this.#options;
    this.#socket = new TLSSocket(plain, { isServer: true, secureContext });
    this.#secure = true;
    this.#listen(this.#socket);
  }

  #authenticate([mechanism, initial]: readonly string[]): string {
    const { username, password } = this.#options.credentials;
    if (mechanism === 'LOGIN') {
      this.#loginAnswers = [base64(username), base64(password)];
      return '334 VXNlcm5hbWU6';
    }
    return verdict(mechanism === 'PLAIN' && initial === base64(`\0${username}\0${password}`));
  }

  #continueLogin(line: string): string {
    const [expected, ...others] = this.#loginAnswers;
    this.#loginAnswers = line === expected ? others : [];
    return this.#loginAnswers.length > 0 ? '334 UGFzc3dvcmQ6' : verdict(line === expected);
  }
}

function verdict(accepted: boolean): string {
  return accepted ? '235 2.7.0 accepted' : '535 5.7.8 not accepted';
}
