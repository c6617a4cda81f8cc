import { statfsSync } from 'node:fs';
import type { Database, RootDatabase } from 'lmdb';
import { storeFault } from './store-failure.ts';

/**
 * Kept free for changes of mails that are there. Pages are copied to be changed, and come free two
 * transactions later: three transactions of 200 changes with five pages of 4 KiB each are 12 MB.
 */
export const RESERVE_BYTES = 16 * 2 ** 20;

/** How long a measurement is relied on, since others may fill the disk. */
const MEASUREMENT_MS = 1_000;

/**
 * Says whether there is room for a mail before it is written: within the limit of the store and on
 * the disk, less the reserve.
 */
export class Room {
  readonly #folder: string;
  readonly #root: RootDatabase;
  readonly #tables: readonly Database[];
  readonly #maxBytes: number;
  #measuredAt = Number.NEGATIVE_INFINITY;
  #measured = 0;
  /** Upper bounds: of what is not committed yet, and of what was since the measurement. */
  #uncommitted = 0;
  #committed = 0;

  constructor(folder: string, root: RootDatabase, tables: readonly Database[], maxBytes: number) {
    this.#folder = folder;
    this.#root = root;
    this.#tables = tables;
    this.#maxBytes = maxBytes;
  }

  /** Takes room for a mail until the function that is returned is called. Throws `StoreFull`. */
  take(contentBytes: number): () => void {
    // A content in a leaf fills at least half of a page, a larger one its pages; the record, the
    // keys and what branches grow by fit in two pages.
    const bytes = 2 * contentBytes + 8_192;
    const recent = performance.now() - this.#measuredAt < MEASUREMENT_MS;
    if (!recent || this.#left() < bytes) this.#measure();
    if (this.#left() < bytes) throw storeFault('StoreFull', this.#folder);
    this.#uncommitted += bytes;
    return () => {
      this.#uncommitted -= bytes;
      this.#committed += bytes;
    };
  }

  #left(): number {
    return this.#measured - this.#uncommitted - this.#committed;
  }

  #measure(): void {
    const stats = this.#root.getStats();
    const pageBytes = figure(figureGroup(stats, 'root'), 'pageSize');
    const fileBytes = (figure(stats, 'lastPageNumber') + 1) * pageBytes;
    const growth = Math.min(diskRoom(this.#folder), this.#maxBytes - fileBytes);
    const reusable = fileBytes - this.usedBytes();
    this.#measured = reusable + growth - RESERVE_BYTES;
    this.#committed = 0;
    this.#measuredAt = performance.now();
  }

  /** The pages of the data file that hold something. */
  usedBytes(): number {
    const stats = this.#root.getStats();
    const main = figureGroup(stats, 'root');
    const tables = this.#tables.map((table) => table.getStats());
    const headers = 2;
    const pages = [main, figureGroup(stats, 'free'), ...tables].reduce<number>(
      (sum, tree) => sum + pagesOf(tree),
      headers,
    );
    return pages * figure(main, 'pageSize');
  }
}

/** What a program that is not root may write to the disk of a folder, in bytes. */
export function diskRoom(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function pagesOf(tree: object): number {
  return (
    figure(tree, 'treeBranchPageCount') +
    figure(tree, 'treeLeafPageCount') +
    figure(tree, 'overflowPages')
  );
}

function figure(stats: object, name: string): number {
  const value: unknown = Reflect.get(stats, name);
  if (typeof value !== 'number') throw new TypeError(`LMDB tells no ${name}`);
  return value;
}

function figureGroup(stats: object, name: string): object {
  const value: unknown = Reflect.get(stats, name);
  if (typeof value !== 'object' || value === null) throw new TypeError(`LMDB tells no ${name}`);
  return value;
}
