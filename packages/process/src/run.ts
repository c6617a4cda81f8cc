import process from 'node:process';

/** A started process: what is running, and how it ends. */
export interface RunningApp {
  /** Ends everything the app started; resolves when nothing is left open. */
  close(): Promise<void>;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Resolves at the first SIGTERM or SIGINT. The handlers are gone then, so a second signal ends the
 * process at once.
 */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    const received = () => {
      for (const signal of SIGNALS) process.removeListener(signal, received);
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, received);
  });
}

/**
 * Starts an app, keeps it until SIGTERM or SIGINT, and closes it.
 *
 * Returns the exit code: 0 after a signal; 1 if start or close failed, which `failed` is told.
 */
export async function runUntilSignal(
  start: () => Promise<RunningApp>,
  failed: (error: unknown) => void,
): Promise<number> {
  const signalled = firstSignal();
  try {
    const app = await start();
    await signalled;
    await app.close();
    return 0;
  } catch (error) {
    failed(error);
    return 1;
  }
}
