import { setTimeout as pause } from 'node:timers/promises';
import { createInbox, type Msg, type Subscription } from '@nats-io/transport-node';
import type { Calls } from './calls.ts';
import { CONSUMER } from './names.ts';

/** What is asked of NATS is forgotten there after so long, so that an end without notice is noticed. */
const PULL_MS = 5_000;
/** After it nothing can be under way of what was asked. */
const FORGOTTEN_MS = PULL_MS + 1_000;
const RETRY_MS = 500;
/** How long a server is waited for that says nothing. */
const DRAIN_MS = 1_000;

export interface PullLoopDeps {
  readonly calls: Calls;
  readonly stream: string;
  /** Sees to the stream and its consumer. */
  readonly ensure: () => Promise<void>;
  /** Nobody serves the consumer: it may have been deleted. */
  readonly missing: () => void;
  /** Resolves once the message has taken room, or takes none. */
  readonly received: (message: Msg) => Promise<void> | undefined;
}

/**
 * Asks the consumer of one stream for as many messages as there is room for.
 *
 * More is asked for when half of the room is not on its way, not after each message. What is on its
 * way ends by messages, by the status that a request ran out, or by the lapse of time.
 */
export class PullLoop {
  readonly #deps: PullLoopDeps;
  readonly #inbox = createInbox();
  readonly #messages: Subscription;
  readonly #stopListening: () => void;
  #room = 0;
  #underWay = 0;
  #isReady = false;
  #isStopped = false;
  #planned = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: PullLoopDeps) {
    this.#deps = deps;
    this.#messages = deps.calls.connection.subscribe(this.#inbox, {
      callback: (error, message) => {
        if (!error) this.#received(message);
      },
    });
    this.#stopListening = deps.calls.onReconnect(() => this.#restart());
    this.#prepare();
  }

  /** How many messages there is room for beyond those that were received. */
  get room(): number {
    return this.#room;
  }

  request(room: number): void {
    this.#room = room;
    this.#plan();
  }

  /** One of the messages takes room. */
  take(): void {
    this.#room -= 1;
    this.#plan();
  }

  /** Resolves when nothing comes any more, or NATS is silent. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#stopListening();
    if (this.#deps.calls.isConnected) await Promise.race([this.#messages.drain(), pause(DRAIN_MS)]);
    else this.#messages.unsubscribe();
  }

  #received(message: Msg): void {
    if (message.subject !== this.#inbox) {
      const arrived = () => {
        this.#underWay = Math.max(0, this.#underWay - 1);
      };
      const judged = this.#deps.received(message);
      if (judged) void judged.then(arrived);
      else arrived();
      return;
    }
    const { code = 0 } = message.headers ?? {};
    if (code === 503) this.#missing();
    else if (code >= 400) this.#ended(Number(message.headers?.get('Nats-Pending-Messages')));
  }

  #ended(left: number): void {
    this.#underWay = left > 0 ? Math.max(0, this.#underWay - left) : 0;
    if (left > 0) this.#plan();
    else this.#later();
  }

  #missing(): void {
    this.#isReady = false;
    this.#deps.missing();
    this.#later();
  }

  #restart(): void {
    this.#underWay = 0;
    this.#plan();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#underWay = 0;
      if (this.#isReady) this.#plan();
      else this.#prepare();
    }, RETRY_MS);
  }

  #prepare(): void {
    if (this.#isStopped) return;
    this.#deps.ensure().then(
      () => {
        this.#isReady = true;
        this.#plan();
      },
      () => {
        if (!this.#isStopped) this.#later();
      },
    );
  }

  /** Once for all that changes in one turn of the event loop. */
  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      this.#pull();
    });
  }

  #pull(): void {
    const { calls, stream } = this.#deps;
    if (this.#isStopped || !this.#isReady || !calls.isConnected) return;
    if (this.#room < 1 || this.#underWay > this.#room / 2) return;
    const batch = this.#room - this.#underWay;
    this.#underWay = this.#room;
    const request = { batch, expires: PULL_MS * 1_000_000 };
    calls.tell(
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${CONSUMER}`,
      JSON.stringify(request),
      this.#inbox,
    );
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#restart(), FORGOTTEN_MS);
  }
}
