import type { Claim } from '@mailprovider/provider/default/claim';

export const NAMES = ['a', 'b'] as const;
export type Name = (typeof NAMES)[number];

export interface Stored {
  readonly uid: number;
  readonly version: number;
  readonly isDefault: boolean;
}

export type Objects = Readonly<Record<Name, Stored | null>>;

/** A claim whose age is counted from now, so that equal situations are equal states. */
export type AgedClaim = Omit<Claim, 'takenAt'> & { readonly age: number };

export interface Write {
  readonly name: Name;
  /** Of the new object of a create, of the old object of an update. */
  readonly uid: number;
  readonly operation: 'CREATE' | 'UPDATE';
  readonly version: number;
  readonly age: number;
  readonly step: 'begun' | 'read' | 'decided' | 'claimed' | 'admitted';
  /** The Lease as it was read, and whether it is still that one. */
  readonly read: { readonly claim: AgedClaim | null; readonly age: number } | null;
  readonly leaseUnchanged: boolean;
  /** The evidence, where it is taken before the Lease is read. */
  readonly evidence: Objects | null;
  readonly claim: AgedClaim | null;
}

export interface State {
  readonly objects: Objects;
  readonly lease: AgedClaim | null;
  readonly writes: readonly Write[];
  /** Uids of creates that were stored at some time: what watches have told. */
  readonly told: readonly number[];
  readonly nextUid: number;
  readonly eventsLeft: number;
}

/** Older makes no difference to any decision. */
const OLDEST = 3;

function older<T extends { readonly age: number }>(aged: T): T {
  return { ...aged, age: Math.min(OLDEST, aged.age + 1) };
}

export function olderClaim(claim: AgedClaim | null): AgedClaim | null {
  return claim === null ? null : older(claim);
}

export function olderWrite(write: Write): Write {
  return {
    ...older(write),
    claim: olderClaim(write.claim),
    read:
      write.read === null ? null : { ...older(write.read), claim: olderClaim(write.read.claim) },
  };
}

/** A write of the Lease: everyone who read it before has read an old version. */
export function withLease(state: State, lease: AgedClaim | null): State {
  const writes = state.writes.map((write) => ({ ...write, leaseUnchanged: false }));
  return { ...state, lease, writes };
}

export function withWrite(state: State, index: number, write: Write | null): State {
  const writes = state.writes.flatMap((other, at) => {
    if (at !== index) return [other];
    return write === null ? [] : [write];
  });
  return { ...state, writes };
}

export function withObject(state: State, name: Name, object: Stored | null): State {
  return { ...state, objects: { ...state.objects, [name]: object } };
}

function claimKey(claim: AgedClaim | null): string {
  if (claim === null) return '-';
  const { holder, uid, operation, resourceVersion, retaken, seen, age } = claim;
  return [
    holder,
    uid,
    operation[0],
    resourceVersion,
    retaken ? 'R' : '',
    seen ? 'S' : '',
    age,
  ].join();
}

function objectsKey({ a, b }: Objects): string {
  const key = (stored: Stored | null) =>
    stored === null ? '-' : `${stored.uid},${stored.version}${stored.isDefault ? 'D' : ''}`;
  return `${key(a)};${key(b)}`;
}

function writeKey(write: Write): string {
  const { name, uid, operation, version, age, step, read, leaseUnchanged, evidence, claim } = write;
  return [
    [name, uid, operation[0], version, age, step, leaseUnchanged ? 'U' : ''].join(),
    read === null ? '-' : `${claimKey(read.claim)},${read.age}`,
    evidence === null ? '-' : objectsKey(evidence),
    claimKey(claim),
  ].join(';');
}

/** Equal for states with the same future; the order of the writes under way makes none. */
export function stateKey({ objects, lease, writes, told, nextUid, eventsLeft }: State): string {
  return [
    objectsKey(objects),
    claimKey(lease),
    writes.map(writeKey).sort().join('|'),
    told.join(),
    nextUid,
    eventsLeft,
  ].join(' ');
}
