export interface LoadRun {
  readonly url: string;
  /** Holds the body of each request. */
  readonly bodyFile: string;
  readonly seconds: number;
  readonly connections: number;
  /** The start of a command that runs on the core of the load. */
  readonly pin: readonly string[];
  readonly signal: AbortSignal;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Calls without an answer, or with one that is not 200. */
  readonly failures: number;
}

/** Posts the same body over kept connections, on each again as soon as the answer is there. */
export interface LoadTool {
  readonly name: string;
  run(run: LoadRun): Promise<LoadResult>;
}
