import type { ClaimReading } from '@mailprovider/kube';
import type { Latest } from '@mailprovider/kube/cache/latest';
import type { Clock, Logger } from '@mailprovider/process';
import type { Claim } from '@mailprovider/provider/default/claim';
import type { ClaimStore } from '../ports.ts';
import { WorkQueue } from '../work-queue.ts';
import type { SeenUids } from './seen-uids.ts';

const CLAIM = 'claim';
const RETRY_MS = 1_000;

/**
 * The claim with its stamp, if one is due: that the object it was taken for has been stored, so that
 * nobody needs to wait any more, even if the object is gone by now. Pure.
 *
 * An UPDATE claim is spent by the version of the object. A retaken one stands for two writes, and one
 * object is no evidence of both.
 */
export function stampedClaim(
  claim: ClaimReading['claim'],
  isSeen: (name: string, uid: string) => boolean,
): Claim | undefined {
  if (claim === undefined || claim === 'unreadable') return undefined;
  const { holder, uid, operation, retaken, seen } = claim;
  if (operation !== 'CREATE' || retaken || seen || !isSeen(holder, uid)) return undefined;
  return { ...claim, seen: true };
}

export interface ClaimStamperDeps {
  readonly latest: Latest<ClaimReading>;
  readonly seen: SeenUids;
  readonly store: ClaimStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Stamps the claim as soon as its object was seen, whichever of the two is told first, and
 * independently of everything else that health does.
 */
export class ClaimStamper {
  readonly #deps: ClaimStamperDeps;
  readonly #queue: WorkQueue;
  /** The watch has not yet told the claim as it is after our write. */
  #outdated: ClaimReading | undefined;

  constructor(deps: ClaimStamperDeps) {
    this.#deps = deps;
    this.#queue = new WorkQueue({ concurrency: 1, clock: deps.clock, work: () => this.#work() });
  }

  /** The claim, or what was seen, is not what it was. */
  changed(): void {
    if (this.#due(this.#deps.latest.value) !== undefined) this.#queue.add(CLAIM);
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  #due(reading: ClaimReading | undefined): Claim | undefined {
    if (reading === this.#outdated) return undefined;
    return stampedClaim(reading?.claim, (name, uid) => this.#deps.seen.has(name, uid));
  }

  async #work(): Promise<void> {
    try {
      await this.#stamp();
    } catch (error) {
      this.#deps.logger.error({ err: error }, 'the default claim could not be stamped');
      this.#queue.addAfter(CLAIM, RETRY_MS);
    }
  }

  async #stamp(): Promise<void> {
    const { latest, store, logger } = this.#deps;
    const told = latest.value;
    let reading = told;
    for (;;) {
      const claim = this.#due(reading);
      if (claim === undefined || reading === undefined) return;
      if (await store.write(claim, reading)) {
        this.#outdated = told;
        logger.info({ provider: claim.holder }, 'stamped the default claim');
        return;
      }
      reading = await store.read();
    }
  }
}
