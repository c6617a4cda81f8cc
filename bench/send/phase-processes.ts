import type { Teardown } from '@mailprovider/cluster/teardown';

interface Started {
  readonly failed: AbortSignal;
  stop(): Promise<void>;
}

/** The processes of one phase: each is stopped at its end, and ends it when it ends by itself. */
export class PhaseProcesses {
  readonly #teardown: Teardown;
  readonly #signals: AbortSignal[];

  constructor(teardown: Teardown, signal: AbortSignal) {
    this.#teardown = teardown;
    this.#signals = [signal];
  }

  async keep<T extends Started>(starting: Promise<T>): Promise<T> {
    const started = await starting;
    this.#teardown.add(() => started.stop());
    this.#signals.push(started.failed);
    return started;
  }

  /** Aborted when the benchmark is interrupted, or one of those that were kept until now ends. */
  get signal(): AbortSignal {
    return AbortSignal.any(this.#signals);
  }
}
