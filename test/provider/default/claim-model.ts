import {
  type Claim,
  type ClaimDecision,
  type ClaimRequest,
  type ClaimSituation,
  decideClaim,
} from '@mailprovider/provider/default/claim';
import {
  NAMES,
  type Name,
  type Objects,
  olderClaim,
  olderWrite,
  type State,
  type Stored,
  stateKey,
  type Write,
  withLease,
  withObject,
  withWrite,
} from './claim-model-state.ts';

/** What is left out or done wrong; empty is the shipped protocol. */
export interface Variant {
  /** In ticks; the life of a request is one. */
  readonly ttl?: number;
  /** A claim ends when its holder is admitted with `default: false` or for deletion. */
  readonly releaseInAdmission?: true;
  /** A holder whose claim stands does not write it again. */
  readonly sameHolderNotRewriting?: true;
  /** A default without a claim is no reason to refuse. */
  readonly unclaimedDefaultIgnored?: true;
  /** A claim taken over an unspent one counts as any other. */
  readonly retakenFreedByEvidence?: true;
  /** The providers are listed before the Lease is read. */
  readonly evidenceFromBeforeTheClaim?: true;
}

const WRITES_AT_ONCE = 2;
/** Writes in all, and other events in all: 1.2 million states. */
const WRITES = 3;
const EVENTS = 3;
const REQUEST_LIFE = 1;

const INITIAL: readonly Objects[] = [
  { a: null, b: null },
  { a: null, b: { uid: -2, version: 0, isDefault: false } },
  {
    a: { uid: -1, version: 0, isDefault: false },
    b: { uid: -2, version: 0, isDefault: false },
  },
  // Stored while admission was absent.
  { a: { uid: -1, version: 0, isDefault: true }, b: null },
];

function otherOf(name: Name): Name {
  return name === 'a' ? 'b' : 'a';
}

/**
 * An exhaustive model of the claim: two providers, two writes at a time that set `default: true`, and
 * around them everything that may happen to the store and the Lease in between.
 *
 * Each write goes through the steps that are separate in the real system: it reads the Lease, lists
 * the providers, swaps the Lease, lists again, and is stored or not. Time passes in ticks of the
 * longest life of a request. Bounded by the numbers of writes and of other events.
 */
export class ClaimModel {
  readonly #variant: Variant;

  constructor(variant: Variant) {
    this.#variant = variant;
  }

  /** Meets states until `seen`, which is told each, returns false. Returns how many it met. */
  explore(seen: (objects: Objects) => boolean): number {
    const known = new Set<string>();
    const open: State[] = [];
    let goesOn = true;
    const meet = (state: State) => {
      const key = stateKey(state);
      if (known.has(key)) return;
      known.add(key);
      goesOn &&= seen(state.objects);
      open.push(state);
    };
    for (const objects of INITIAL) {
      const begin = { lease: null, writes: [], told: [], nextUid: 1, eventsLeft: EVENTS };
      meet({ objects, ...begin });
    }
    for (let state = open.pop(); state !== undefined && goesOn; state = open.pop()) {
      for (const next of this.#successors(state)) meet(next);
    }
    return known.size;
  }

  *#successors(state: State): Generator<State> {
    yield* this.#begin(state);
    for (const [index, write] of state.writes.entries()) {
      yield* this.#proceed(state, index, write);
      // The caller goes away, the webhook dies, a later check of the API server refuses.
      if (write.step === 'claimed' || write.step === 'admitted') {
        yield withWrite(state, index, null);
      }
    }
    yield* this.#stamp(state);
    yield* this.#events(state);
  }

  *#begin(state: State): Generator<State> {
    if (state.writes.length === WRITES_AT_ONCE || state.nextUid > WRITES) return;
    const begun = { age: 0, step: 'begun', read: null, leaseUnchanged: false } as const;
    const nothing = { evidence: null, claim: null };
    for (const name of NAMES) {
      const stored = state.objects[name];
      if (stored?.isDefault) continue;
      const write: Write =
        stored === null
          ? { name, uid: state.nextUid, operation: 'CREATE', version: -1, ...begun, ...nothing }
          : { name, operation: 'UPDATE', ...this.#versionOf(stored), ...begun, ...nothing };
      yield { ...state, nextUid: state.nextUid + 1, writes: [...state.writes, write] };
    }
  }

  #versionOf({ uid, version }: Stored) {
    return { uid, version };
  }

  *#proceed(state: State, index: number, write: Write): Generator<State> {
    switch (write.step) {
      case 'begun': {
        if (this.#variant.evidenceFromBeforeTheClaim && write.evidence === null) {
          yield withWrite(state, index, { ...write, evidence: state.objects });
          return;
        }
        const read = { claim: state.lease, age: 0 };
        yield withWrite(state, index, { ...write, step: 'read', read, leaseUnchanged: true });
        return;
      }
      case 'read':
        yield this.#decide(state, index, write);
        return;
      case 'decided':
        yield this.#swap(state, index, write);
        return;
      case 'claimed': {
        const admitted = !this.#isTaken(state.objects, write);
        yield withWrite(state, index, admitted ? { ...write, step: 'admitted' } : null);
        return;
      }
      case 'admitted':
        yield this.#store(state, index, write);
        return;
    }
  }

  #isTaken(objects: Objects, { name }: Write): boolean {
    if (this.#variant.unclaimedDefaultIgnored) return false;
    return objects[otherOf(name)]?.isDefault === true;
  }

  #decide(state: State, index: number, write: Write): State {
    const objects = write.evidence ?? state.objects;
    if (write.read === null || this.#isTaken(objects, write)) return withWrite(state, index, null);
    const decision = this.#decision(write, write.read, objects);
    if (decision.outcome === 'wait') return withWrite(state, index, null);
    const { takenAt, ...claim } = decision.claim;
    if (this.#variant.sameHolderNotRewriting && claim.retaken) {
      return withWrite(state, index, { ...write, step: 'claimed', read: null });
    }
    const age = write.read.age;
    return withWrite(state, index, {
      ...write,
      step: 'decided',
      read: null,
      claim: { ...claim, age },
    });
  }

  #decision(
    { name, uid, operation, version }: Write,
    read: NonNullable<Write['read']>,
    objects: Objects,
  ): ClaimDecision {
    const request: ClaimRequest = {
      holder: name,
      uid: String(uid),
      operation,
      resourceVersion: String(version),
    };
    const stored: ClaimSituation['stored'] = NAMES.flatMap((other) => {
      const object = objects[other];
      if (object === null) return [];
      return [{ name: other, uid: String(object.uid), resourceVersion: String(object.version) }];
    });
    // Ages stand still between reading the Lease and using it: both are older by the same ticks.
    return decideClaim(request, {
      claim: this.#claimAt(read),
      stored,
      now: 0,
      ttlMs: this.#variant.ttl ?? REQUEST_LIFE,
    });
  }

  #claimAt({ claim, age }: NonNullable<Write['read']>): Claim | undefined {
    if (claim === null) return undefined;
    const { age: claimAge, ...rest } = claim;
    const retaken = this.#variant.retakenFreedByEvidence ? false : rest.retaken;
    return { ...rest, retaken, takenAt: age - claimAge };
  }

  /** A lost swap leads back to reading the Lease. */
  #swap(state: State, index: number, write: Write): State {
    if (!write.leaseUnchanged || write.claim === null) {
      return withWrite(state, index, { ...write, step: 'begun', claim: null, evidence: null });
    }
    const claimed = withLease(state, write.claim);
    return withWrite(claimed, index, {
      ...write,
      step: 'claimed',
      leaseUnchanged: false,
      claim: null,
      evidence: null,
    });
  }

  #store(state: State, index: number, write: Write): State {
    const { name, uid, operation, version } = write;
    const stored = state.objects[name];
    const done = withWrite(state, index, null);
    if (operation === 'CREATE') {
      if (stored !== null) return done;
      const created = withObject(done, name, { uid, version: 0, isDefault: true });
      return { ...created, told: [...state.told, uid].sort() };
    }
    if (stored === null || stored.isDefault) return done;
    if (stored.uid === uid && stored.version === version) {
      return withObject(done, name, { uid, version: version + 1, isDefault: true });
    }
    // The API server asks again, with the object that is there now.
    const again = { ...write, ...this.#versionOf(stored), step: 'begun' as const };
    return withWrite(state, index, again);
  }

  /** The leader of the health processes was told of the object of a create. */
  *#stamp(state: State): Generator<State> {
    const { lease, told } = state;
    if (lease === null || lease.operation !== 'CREATE' || lease.seen) return;
    if (told.includes(Number(lease.uid))) yield withLease(state, { ...lease, seen: true });
  }

  *#events(state: State): Generator<State> {
    const { lease, objects } = state;
    if (state.eventsLeft === 0) return;
    const after = { ...state, eventsLeft: state.eventsLeft - 1 };
    yield this.#tick(after);
    for (const name of NAMES) {
      const stored = objects[name];
      if (stored === null) continue;
      if (this.#variant.releaseInAdmission && lease?.holder === name) yield withLease(after, null);
      yield withObject(after, name, null);
      yield withObject(after, name, { ...stored, version: stored.version + 1 });
      if (stored.isDefault) {
        yield withObject(after, name, { ...stored, version: stored.version + 1, isDefault: false });
      }
    }
  }

  /** Requests that lived longer than a request may are over. */
  #tick(state: State): State {
    const lease = olderClaim(state.lease);
    const writes = state.writes.map(olderWrite).filter(({ age }) => age <= REQUEST_LIFE);
    return { ...state, lease, writes };
  }
}
