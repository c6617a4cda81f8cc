import process from 'node:process';
import { execa } from 'execa';

/** Which cores the webhook and the load run on. */
export interface Cores {
  /** The start of a command that runs on the core of the webhook; empty: on any core. */
  readonly webhook: readonly string[];
  /** The same for the load. */
  readonly load: readonly string[];
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

/**
 * Gives the webhook a core of its own.
 *
 * First and last: cores that are numbered side by side may be two threads of one.
 */
export function chooseCores(usable: readonly number[] | undefined): Cores {
  const unpinned = (why: string) => ({ webhook: [], load: [], description: `NOT PINNED: ${why}` });
  if (usable === undefined) return unpinned('there is no taskset');
  const [load, webhook] = [usable.at(0), usable.at(-1)];
  if (load === webhook) return unpinned('there is no second core for the load');
  return {
    webhook: ['taskset', '-c', String(webhook)],
    load: ['taskset', '-c', String(load)],
    description: `each webhook alone on core ${webhook}, load from core ${load}`,
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
