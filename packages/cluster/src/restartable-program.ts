import type { ProcessFailure } from './process-failure.ts';
import {
  type ProcessOptions,
  type SupervisedPart,
  type SupervisedProcess,
  startProcess,
} from './supervised-process.ts';

/** A program that may be ended and started again with the same arguments. */
export class RestartableProgram implements SupervisedPart {
  /** Resolves with the error to report when a run ends by itself. */
  readonly failure: Promise<ProcessFailure>;
  readonly #options: ProcessOptions;
  readonly #stopGraceMs: number;
  #fail: (failure: ProcessFailure) => void = () => undefined;
  #run: SupervisedProcess | undefined;

  constructor(options: ProcessOptions, stopGraceMs: number) {
    this.#options = options;
    this.#stopGraceMs = stopGraceMs;
    this.failure = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /** Of the last run. */
  get pid(): number | undefined {
    return this.#run?.pid;
  }

  async start(): Promise<void> {
    this.#run = await startProcess(this.#options);
    void this.#run.failure.then((failure) => {
      if (failure !== undefined) this.#fail(failure);
    });
  }

  async stop(): Promise<void> {
    await this.#run?.stop(this.#stopGraceMs);
  }

  /** Ends it by SIGKILL. */
  async kill(): Promise<void> {
    await this.#run?.kill();
  }
}
