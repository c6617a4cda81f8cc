/** How often something was done, and in what time. */
export interface Repetition {
  readonly times: number;
  /** From the first begin to the last end. */
  readonly seconds: number;
}

/**
 * Does `once` again and again, `concurrency` of them at a time, for that many seconds; what has begun
 * by then is finished. Rejects as soon as one rejects.
 */
export async function repeat(
  once: () => Promise<void>,
  { seconds, concurrency }: { readonly seconds: number; readonly concurrency: number },
): Promise<Repetition> {
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let times = 0;
  const lane = async () => {
    while (performance.now() < end) {
      await once();
      times += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return { times, seconds: (performance.now() - begin) / 1000 };
}
