import type { StreamInfo } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { QueueReading } from '../store/mail-store.ts';
import type { Calls } from './calls.ts';
import { CallFailure, JetStreamRefusal } from './failure.ts';
import { type Layout, PROVIDER_METADATA } from './layout.ts';
import { lastToken, type Names } from './names.ts';
import { lastMessage, type StoredMessage } from './records.ts';
import { subjectsOf, unlessDeleted } from './subjects.ts';
import { decodeToken, encodeToken, type Token } from './token.ts';

/** Where a mail is queued. */
export interface Place {
  readonly id: string;
  readonly stream: string;
}

/** The messages in the streams of the providers, one for each queued mail. */
export class QueuedMessages {
  readonly #calls: Calls;
  readonly #names: Names;
  readonly #layout: Layout;

  constructor(calls: Calls, names: Names, layout: Layout) {
    this.#calls = calls;
    this.#names = names;
    this.#layout = layout;
  }

  /** Queues a mail; false when its provider has as many as may be. */
  async publish(token: Token, queueSize: number): Promise<boolean> {
    const { hop, base, mail } = token.stored;
    const message = encodeToken(token);
    const subject = this.#names.queuedMail(mail.provider, mail.id);
    await this.#layout.ensureStream(mail.provider, queueSize);
    try {
      await this.#calls.repeat(async () => {
        const fields = headers();
        fields.set('Nats-Msg-Id', `${mail.id}.${hop}.${base}`);
        await this.#calls.store(subject, message, fields).catch(async (error) => {
          await this.#restored(error, mail.provider, queueSize);
          throw error;
        });
      });
      return true;
    } catch (error) {
      if (error instanceof JetStreamRefusal && error.isFull) return false;
      throw error;
    }
  }

  /** Where nobody serves the subject the stream may have been deleted: it is created anew. */
  async #restored(error: unknown, provider: string, queueSize: number): Promise<void> {
    if (!(error instanceof CallFailure) || error.fault !== 'no-responders') return;
    this.#layout.forget(provider);
    await this.#layout.ensureStream(provider, queueSize);
  }

  /** The message of a mail, in whatever stream unless that is known. */
  async find(id: string, stream?: string): Promise<Token | undefined> {
    const streams = stream === undefined ? await this.#streams() : [stream];
    const found = await Promise.all(streams.map((name) => this.#read(name, id)));
    return found.find((token) => token !== undefined);
  }

  /** Whether there is one of a mail, readable or not. */
  async has(id: string): Promise<boolean> {
    const streams = await this.#streams();
    const found = await Promise.all(streams.map((stream) => this.#message(stream, id)));
    return found.some((message) => message !== undefined);
  }

  async read(provider: string, id: string): Promise<Token | undefined> {
    return this.#read(this.#names.stream(provider), id);
  }

  /** Takes a mail that nobody has claimed out of the queue. */
  async remove(provider: string, id: string): Promise<void> {
    const filter = this.#names.queuedMail(provider, id);
    const operation = `STREAM.PURGE.${this.#names.stream(provider)}`;
    await this.#calls.repeat(() => this.#calls.api(operation, { filter }));
  }

  async readings(): Promise<readonly QueueReading[]> {
    const infos = await this.#infos();
    return infos.flatMap(({ config, state }) => {
      const provider = config.metadata?.[PROVIDER_METADATA];
      if (provider === undefined) return [];
      const depth = state.messages;
      return {
        provider,
        depth,
        oldestQueuedAt: depth > 0 ? Date.parse(state.first_ts) : undefined,
      };
    });
  }

  /** All queued mails, in no order. */
  async places(): Promise<readonly Place[]> {
    const places = (await this.#streams()).map(async (stream) => {
      const subjects = await subjectsOf(this.#calls, stream, this.#names.queued);
      return subjects.map((subject) => ({ id: lastToken(subject), stream }));
    });
    return (await Promise.all(places)).flat();
  }

  async #read(stream: string, id: string): Promise<Token | undefined> {
    const found = await this.#message(stream, id);
    return found?.data === undefined ? undefined : decodeToken(Buffer.from(found.data, 'base64'));
  }

  async #message(stream: string, id: string): Promise<StoredMessage | undefined> {
    const token = stream.slice(this.#names.stream('').length);
    const subject = this.#names.queuedMail(token, id);
    return lastMessage(this.#calls, stream, subject).catch(unlessDeleted);
  }

  async #infos(): Promise<StreamInfo[]> {
    const infos = (await this.#streams()).map((name) =>
      this.#calls
        .repeat(() => this.#calls.api<StreamInfo>(`STREAM.INFO.${name}`, undefined))
        .catch(unlessDeleted),
    );
    return (await Promise.all(infos)).filter((info) => info !== undefined);
  }

  async #streams(): Promise<readonly string[]> {
    const names: string[] = [];
    for (;;) {
      const request = { offset: names.length, subject: this.#names.queued };
      const page = await this.#calls.repeat(() =>
        this.#calls.api<{ readonly total: number; readonly streams?: readonly string[] }>(
          'STREAM.NAMES',
          request,
        ),
      );
      const streams = page.streams ?? [];
      names.push(...streams);
      if (streams.length === 0 || names.length >= page.total) return names;
    }
  }
}
