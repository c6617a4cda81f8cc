import process from 'node:process';
import { execa } from 'execa';

/** Which cores things run on. */
export interface Cores {
  /** The start of a command that runs alone on the core for what is measured; empty: on any core. */
  readonly measured: readonly string[];
  /** The same for one other core. */
  readonly load: readonly string[];
  /** All cores but that of what is measured; empty: nothing is pinned. */
  readonly others: readonly number[];
  /** One sentence for people. */
  readonly description: string;
}

/** Reads a list of cores as taskset prints it: `0-3,8`. */
export function parseCoreList(list: string): readonly number[] {
  return list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return Number.isNaN(last) ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

function pinnedTo(core: number): readonly string[] {
  return ['taskset', '-c', String(core)];
}

/**
 * Gives what is measured a core of its own.
 *
 * First and last: cores that are numbered side by side may be two threads of one.
 */
export function chooseCores(usable: readonly number[] | undefined): Cores {
  const unpinned = (why: string) => {
    return { measured: [], load: [], others: [], description: `NOT PINNED: ${why}` };
  };
  if (usable === undefined) return unpinned('there is no taskset');
  const [load, measured] = [usable.at(0), usable.at(-1)];
  if (load === undefined || measured === undefined || load === measured) {
    return unpinned('there is no second core for the load');
  }
  return {
    measured: pinnedTo(measured),
    load: pinnedTo(load),
    others: usable.slice(0, -1),
    description: `core ${measured} only for what is measured`,
  };
}

/** The cores that this process may use; undefined where taskset does not tell. */
export async function usableCores(): Promise<readonly number[] | undefined> {
  const { failed, stdout } = await execa('taskset', ['-cp', String(process.pid)], {
    reject: false,
  });
  const list = stdout?.match(/: ([\d,-]+)$/)?.[1];
  return failed || list === undefined ? undefined : parseCoreList(list);
}

/** Keeps this process, and what it starts from now on, off the core of what is measured. */
export async function leaveMeasuredCore({ others }: Cores): Promise<void> {
  if (others.length === 0) return;
  await execa('taskset', ['--all-tasks', '-cp', others.join(','), String(process.pid)]);
}
