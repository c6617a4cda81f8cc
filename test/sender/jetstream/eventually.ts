import { setTimeout as pause } from 'node:timers/promises';

/** Resolves once a condition holds that comes from outside and tells nobody. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to hold');
    await pause(20);
  }
}
