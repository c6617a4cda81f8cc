import { setImmediate } from 'node:timers/promises';
import { hearBytes, heardLine, type Step, type Wire } from '../scripted-peer.ts';

/** The moments of a transaction at which a server can misbehave. */
export type Moment = 'mail' | 'rcpt' | 'data' | 'body' | 'final' | 'between mails';

/** What a server does once in place of its usual reply. */
export interface Misbehaviour {
  readonly at: Moment;
  readonly steps: readonly Step[];
  /** What that comes to: a refusal, the usual thing after all, or the last thing it does. */
  readonly means: 'refusal' | 'consent' | 'end';
}

type Meaning = Misbehaviour['means'];

/** Lets client and server read what is on its way to them: a reset takes back what is not read yet. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await setImmediate();
}

/** A server that takes mail by the letter: what comes out of order is answered 503. */
export class MailServer {
  /** The content of each message that was accepted, as it came. */
  readonly accepted: string[] = [];
  readonly #misbehaviour: Misbehaviour | undefined;
  readonly #awaited: number;
  #hasMisbehaved = false;
  #inMail = false;
  #asked = 0;
  #recipients = 0;

  /** A misbehaviour at `rcpt` comes at the recipient of that number, counted from 1. */
  constructor(misbehaviour?: Misbehaviour, atRecipient = 1) {
    this.#misbehaviour = misbehaviour;
    this.#awaited = atRecipient;
  }

  /** Converses until the client goes away, or the server has done the last thing. */
  readonly converse: Step = async (wire) => {
    wire.socket.setNoDelay(true);
    for (;;) {
      const line = await heardLine(wire);
      if (line === undefined) return;
      if ((await this.#answer(wire, line)) === 'end') return;
    }
  };

  async #answer(wire: Wire, line: string): Promise<Meaning> {
    switch (line.slice(0, 4).toUpperCase()) {
      case 'RSET':
        this.#inMail = false;
        return this.#say(wire, '250 reset');
      case 'MAIL':
        return this.#mail(wire);
      case 'RCPT':
        return this.#rcpt(wire);
      case 'DATA':
        return this.#data(wire);
      default:
        return this.#say(wire, '500 what');
    }
  }

  async #mail(wire: Wire): Promise<Meaning> {
    if (this.#inMail) return this.#say(wire, '503 nested MAIL');
    const meaning = await this.#at('mail', wire, '250 sender');
    this.#inMail = meaning === 'consent';
    this.#asked = 0;
    this.#recipients = 0;
    return meaning;
  }

  async #rcpt(wire: Wire): Promise<Meaning> {
    if (!this.#inMail) return this.#say(wire, '503 MAIL first');
    this.#asked++;
    const due = this.#asked === this.#awaited;
    const meaning = await (due ? this.#at('rcpt', wire, '250 to') : this.#say(wire, '250 to'));
    if (meaning === 'consent') this.#recipients++;
    return meaning;
  }

  async #data(wire: Wire): Promise<Meaning> {
    if (this.#recipients === 0) return this.#say(wire, '503 RCPT first');
    const asked = await this.#at('data', wire, '354 go on');
    if (asked !== 'consent') return asked;
    await hearBytes(wire);
    if ((await this.#at('body', wire, '')) === 'end') return 'end';
    const content = await heardContent(wire);
    if (content === undefined) return 'end';
    const meaning = await this.#at('final', wire, '250 taken');
    if (meaning !== 'end') this.#inMail = false;
    if (meaning !== 'consent') return meaning;
    this.accepted.push(content);
    return this.#at('between mails', wire, '');
  }

  async #at(moment: Moment, wire: Wire, usual: string): Promise<Meaning> {
    const misbehaviour = this.#misbehaviour;
    if (this.#hasMisbehaved || misbehaviour?.at !== moment) return this.#say(wire, usual);
    this.#hasMisbehaved = true;
    for (const step of misbehaviour.steps) await step(wire);
    return misbehaviour.means === 'consent' ? this.#say(wire, usual) : misbehaviour.means;
  }

  #say(wire: Wire, text: string): Meaning {
    if (text !== '') wire.socket.write(`${text}\r\n`);
    return 'consent';
  }
}

async function heardContent(wire: Wire): Promise<string | undefined> {
  const lines: string[] = [];
  for (;;) {
    const line = await heardLine(wire);
    if (line === undefined) return undefined;
    if (line === '.') return lines.map((text) => `${text}\r\n`).join('');
    lines.push(line);
  }
}
