import type { Clock } from '../clock.ts';

/** Work that is done again and again, never twice at once. */
export interface RunLoop {
  /** Has the work done now, or once more if it is being done. */
  trigger(): void;
  /** Resolves when the work under way has ended; nothing starts after that. */
  stop(): Promise<void>;
}

/** Does the work when triggered, and after the pause in milliseconds that it resolves with. */
export function createRunLoop(
  work: () => Promise<number>,
  clock: Pick<Clock, 'schedule'>,
): RunLoop {
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let cancelPause = () => {};

  const run = async () => {
    let pauseMs: number;
    do {
      again = false;
      cancelPause();
      pauseMs = await work();
    } while (again && !stopped);
    running = undefined;
    if (!stopped) cancelPause = clock.schedule(pauseMs, trigger);
  };
  function trigger() {
    again = true;
    if (!stopped) running ??= run();
  }
  return {
    trigger,
    async stop() {
      stopped = true;
      cancelPause();
      await running;
    },
  };
}
