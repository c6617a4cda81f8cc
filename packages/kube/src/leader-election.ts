import type { Logger } from '@mailprovider/process';
import { ApiError } from './api-error.ts';
import { type ElectionClock, type Leadership, Term } from './leadership.ts';
import { releasedContent, renewedContent, takenContent } from './lease-contents.ts';
import type { Lease, Leases } from './leases.ts';
import { ObservedLease } from './observed-lease.ts';

export interface ElectionTiming {
  /** A Lease that has not changed for so long may be taken by anybody. */
  readonly leaseDurationMs: number;
  /** A leader that has not renewed for so long leads no more; shorter than the duration. */
  readonly renewDeadlineMs: number;
  /** Pause between renewals, and between the tries of the others. */
  readonly retryPeriodMs: number;
}

/** The values of client-go. */
export const DEFAULT_ELECTION_TIMING: ElectionTiming = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
};

/** Who does not lead tries again after 1 to 2.2 periods, as in client-go. */
export const ELECTION_JITTER = 1.2;

export interface LeaderElectionOptions {
  readonly leases: Leases;
  /** Name of the Lease. */
  readonly name: string;
  /** Who we are; unique among all that take part, also across restarts. */
  readonly identity: string;
  readonly timing: ElectionTiming;
  readonly clock: ElectionClock;
  /** A number from [0, 1), as `Math.random`. */
  random(): number;
  readonly logger: Logger;
  /** Ends it all: the Lease is released when the leader's work has ended. */
  readonly signal: AbortSignal;
  /**
   * Does the leader's work until the signal of the leadership aborts, and resolves when nothing of
   * it is left. Called anew each time the Lease is taken.
   */
  lead(leadership: Leadership): Promise<void>;
}

/**
 * Follows a Lease until the signal aborts, and leads while it is ours.
 *
 * Whether another's Lease has run out is judged by how long it has not changed before our eyes,
 * never by the times written in it: clocks of machines differ. A released one is taken as soon as
 * the watch tells of it. A Lease makes two leaders at once unlikely, not impossible: what a leader
 * writes must be safe with two.
 *
 * Rejects if `lead` does, after releasing the Lease.
 */
export async function runLeaderElection(options: LeaderElectionOptions): Promise<void> {
  await new Candidate(options).run();
}

class Candidate {
  readonly #options: LeaderElectionOptions;
  readonly #holder: { readonly identity: string; readonly leaseDurationMs: number };
  readonly #observed: ObservedLease;
  #leads = false;
  /** The watch told something since we last looked: the next pause is none. */
  #woken = false;
  #wake = () => {};

  constructor(options: LeaderElectionOptions) {
    const { clock, identity, timing } = options;
    this.#options = options;
    this.#holder = { identity, leaseDurationMs: timing.leaseDurationMs };
    this.#observed = new ObservedLease(() => clock.monotonicMs());
  }

  async run(): Promise<void> {
    const { leases, name, logger, signal } = this.#options;
    const ended = new AbortController();
    const handlers = {
      replaced: (all: readonly Lease[]) => this.#told(all[0]),
      stored: (lease: Lease) => this.#told(lease),
      deleted: () => this.#told(undefined),
    };
    const watching = leases.watch(name, handlers, { logger, signal: ended.signal });
    try {
      while (!signal.aborted) {
        const term = await this.#tryToTake();
        if (term === undefined) await this.#pauseBeforeNextTry();
        else await this.#serve(term);
      }
    } finally {
      ended.abort();
      await watching;
    }
  }

  /** Only makes us look: what a watch tells may be older than what we wrote. */
  #told(lease: Lease | undefined): void {
    const holder = lease?.spec.holderIdentity;
    const asExpected = this.#leads ? holder === this.#holder.identity : holder;
    if (asExpected) return;
    this.#woken = true;
    this.#wake();
  }

  async #tryToTake(): Promise<Term | undefined> {
    const { leases, name, clock, timing } = this.#options;
    this.#woken = false;
    try {
      const { lease } = await leases.read(name);
      if (!this.#mayTake(lease)) return undefined;
      const takenAtMs = clock.monotonicMs();
      const content = takenContent(this.#holder, lease, clock.now());
      const taken = await leases.write(name, content, lease);
      return new Term({ clock, renewDeadlineMs: timing.renewDeadlineMs, takenAtMs, lease: taken });
    } catch (error) {
      if (!isConflict(error)) this.#warn(error);
      return undefined;
    }
  }

  #mayTake(lease: Lease | undefined): boolean {
    const { logger, name } = this.#options;
    const { identity, leaseDurationMs } = this.#holder;
    const before = this.#observed.holder;
    this.#observed.read(lease);
    const { holder } = this.#observed;
    if (holder === undefined || holder === identity) return true;
    if (holder !== before) logger.info({ lease: name, holder }, 'following');
    return this.#observed.hasRunOut(leaseDurationMs);
  }

  #pauseBeforeNextTry(): Promise<void> {
    const { timing, random, signal } = this.#options;
    return this.#pause(timing.retryPeriodMs * (1 + ELECTION_JITTER * random()), signal);
  }

  async #serve(term: Term): Promise<void> {
    const { name, lead, logger, signal } = this.#options;
    const end = () => term.end();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    this.#leads = true;
    logger.info({ lease: name, identity: this.#holder.identity }, 'leading');
    const renewing = this.#renewUntilEnd(term);
    try {
      await lead(term);
    } finally {
      signal.removeEventListener('abort', end);
      term.end();
      await renewing;
      this.#leads = false;
      if (term.lost) this.#warn(term.signal.reason);
      else await this.#release(term);
    }
  }

  async #renewUntilEnd(term: Term): Promise<void> {
    for (;;) {
      await this.#pause(this.#options.timing.retryPeriodMs, term.signal);
      if (term.signal.aborted) return;
      this.#woken = false;
      await this.#renew(term).catch((error) => this.#warn(error));
    }
  }

  async #renew(term: Term): Promise<void> {
    const { leases, name, clock } = this.#options;
    const sinceMs = clock.monotonicMs();
    const content = renewedContent(this.#holder, term.lease, clock.now());
    try {
      term.renewed(await leases.write(name, content, term.lease), sinceMs);
    } catch (error) {
      if (!isConflict(error)) throw error;
      const { lease } = await leases.read(name);
      const holder = lease === undefined ? this.#holder.identity : lease.spec.holderIdentity;
      if (holder === this.#holder.identity) term.lease = lease;
      else term.lose(`the holder is ${holder || 'nobody'} now`);
    }
  }

  async #release(term: Term): Promise<void> {
    const { leases, name, clock, logger } = this.#options;
    if (term.lease === undefined) return;
    try {
      const content = releasedContent(this.#holder, term.lease, clock.now());
      await leases.write(name, content, term.lease);
      logger.info({ lease: name }, 'released the lease');
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    const { logger, name } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    logger.warn({ lease: name, error: message }, 'leader election disturbed');
  }

  /** Ends early when the watch has news or the signal aborts. */
  #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.#woken || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        signal.removeEventListener('abort', done);
        this.#wake = () => {};
        resolve();
      };
      const cancel = this.#options.clock.schedule(milliseconds, done);
      signal.addEventListener('abort', done);
      this.#wake = done;
    });
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.reason === 'conflict';
}
