import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 100;
const ANSWER_TIMEOUT_MS = 5_000;

/** What is known of the readiness of one process. */
export interface Readiness {
  /** Why it is not ready, by its last answer; undefined if it is. */
  problem(): string | undefined;
}

async function ask(operationsUrl: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const response = await fetch(`${operationsUrl}/readyz`, { signal });
    await response.body?.cancel();
    return response.ok ? undefined : `/readyz answers ${response.status}`;
  } catch {
    return '/readyz does not answer';
  }
}

/** Asks `/readyz` of a process again and again, 100 ms after each answer, until `signal` is aborted. */
export function followReadiness(operationsUrl: string, signal: AbortSignal): Readiness {
  let problem: string | undefined = '/readyz was not asked yet';
  const follow = async () => {
    while (!signal.aborted) {
      problem = await ask(operationsUrl);
      await delay(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
    problem = 'it ended';
  };
  void follow();
  return { problem: () => problem };
}
