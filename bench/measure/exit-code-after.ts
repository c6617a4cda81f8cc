import { exitCodeOf } from '@mailprovider/cluster/command';
import { Interruption } from '@mailprovider/cluster/interruption';

/** What a benchmark is given by the process that it runs in. */
export interface RunDeps {
  /** Writes a line of the result. */
  readonly print: (line: string) => void;
  /** Writes a line about what goes on. */
  readonly progress: (message: string) => void;
  /** Aborted with an Interruption when we are to end. */
  readonly interrupted: AbortSignal;
}

/** Measures, and returns the exit code: that of the interruption if there was one. */
export async function exitCodeAfter(
  measure: () => Promise<void>,
  { interrupted, progress }: RunDeps,
): Promise<number> {
  try {
    await measure();
    return 0;
  } catch (error) {
    const { reason } = interrupted;
    if (reason instanceof Interruption) return exitCodeOf(reason.signal);
    progress(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
