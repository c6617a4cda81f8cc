import { anonymousRssMiB } from './process-usage.ts';

const INTERVAL_MS = 200;

/** Reads again and again what memory a process has that no file backs. */
export interface MemoryWatch {
  /**
   * The most since the last call; NaN where there is no /proc.
   *
   * Node collects garbage when it sees fit, so that single readings are a third apart.
   */
  takePeakMiB(): Promise<number>;
  stop(): void;
}

export function watchMemory(pid: number | undefined): MemoryWatch {
  let peak = 0;
  const read = async () => {
    peak = Math.max(peak, await anonymousRssMiB(pid));
  };
  const timer = setInterval(() => void read(), INTERVAL_MS);
  return {
    async takePeakMiB() {
      await read();
      const taken = peak;
      peak = 0;
      return taken;
    },
    stop: () => clearInterval(timer),
  };
}
