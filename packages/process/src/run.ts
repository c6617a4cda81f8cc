import process from 'node:process';
import type { Logger } from './logger.ts';

/** A started process: what is running, and how it ends. */
export interface RunningApp {
  /** Ends everything the app started; resolves when nothing is left open. */
  close(): Promise<void>;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.once(signal, resolve);
  });
}

/**
 * Starts an app, keeps it until SIGTERM or SIGINT, and closes it.
 *
 * Returns the exit code: 0 after a signal, 1 if start or close failed. A second signal ends the
 * process at once, because the handlers are gone after the first.
 */
export async function runUntilSignal(
  logger: Logger,
  start: () => Promise<RunningApp>,
): Promise<number> {
  const signalled = firstSignal();
  try {
    const app = await start();
    const signal = await signalled;
    for (const other of SIGNALS) process.removeAllListeners(other);
    logger.info({ signal }, 'stopping');
    await app.close();
    logger.info('stopped');
    return 0;
  } catch (error) {
    logger.fatal({ err: error }, 'failed');
    return 1;
  }
}
