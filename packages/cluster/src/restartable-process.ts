import type { ProcessFailure } from './process-failure.ts';
import type { ServerName } from './process-spec.ts';
import type { ServingProcess } from './serving-process.ts';
import type { SupervisedPart } from './supervised-process.ts';
import { waitUntil } from './wait-until.ts';

const READY_TIMEOUT_MS = 30_000;
/** The time between SIGTERM and SIGKILL, as the kubelet has it by default. */
const STOP_GRACE_MS = 30_000;

/** A process of a cluster, for tests that end it and start it again. */
export interface ClusterProcess {
  /** Unique in its cluster. */
  readonly name: string;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  /** Where `/readyz` and `/metrics` are, without a path; undefined while it does not run. */
  readonly operationsUrl: string | undefined;
  /** Where its server of that name listens, without a path; undefined while it does not. */
  url(server: ServerName): string | undefined;
  /**
   * Sends SIGTERM, and SIGKILL after 30 s; resolves with the exit code when it ended, null if a
   * signal ended it or it did not run. The cluster does not count this as a failure.
   */
  stop(): Promise<number | null>;
  /** Sends SIGKILL; resolves when it ended. The cluster does not count this as a failure. */
  kill(): Promise<void>;
  /** Starts it again, on other ports; resolves when `/readyz` answers 200. */
  start(): Promise<void>;
}

export interface RestartableProcessOptions {
  readonly name: string;
  /** Starts it; `run` is 1 the first time, 2 the second and so on. */
  launch(run: number): Promise<ServingProcess>;
  /** Ends waiting for readiness. */
  readonly signal: AbortSignal;
}

/** A process that can be ended and started again, also while the other processes run on. */
export class RestartableProcess implements ClusterProcess {
  /** Resolves with the error to report when a run ends by itself. */
  readonly failure: SupervisedPart['failure'];
  readonly #options: RestartableProcessOptions;
  #fail: (failure: ProcessFailure) => void = () => undefined;
  #runs = 0;
  #run: Promise<ServingProcess> | undefined;
  #serving: ServingProcess | undefined;

  constructor(options: RestartableProcessOptions) {
    this.#options = options;
    this.failure = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  get name(): string {
    return this.#options.name;
  }

  get pid(): number | undefined {
    return this.#serving?.pid;
  }

  get operationsUrl(): string | undefined {
    return this.url('operations');
  }

  url(server: ServerName): string | undefined {
    return this.#serving?.servers.get(server);
  }

  /** The same, as long as `/readyz` answers 200. */
  readyUrl(server: ServerName): string | undefined {
    return this.#serving?.unreadiness() === undefined ? this.url(server) : undefined;
  }

  async start(): Promise<void> {
    await this.serve();
    await this.ready();
  }

  /** Starts it; resolves when its servers listen. */
  async serve(): Promise<void> {
    if (this.#run !== undefined) throw new Error(`${this.name} was started and not ended`);
    this.#runs += 1;
    const run = this.#launch(this.#runs);
    this.#run = run;
    await run.catch((error: unknown) => {
      this.#run = undefined;
      throw error;
    });
  }

  /** Waits until `/readyz` answers 200. */
  async ready(): Promise<void> {
    const problem = async () => {
      if (this.#serving === undefined) throw new Error(`${this.name} does not run`);
      return this.#serving.unreadiness();
    };
    await waitUntil(problem, {
      what: `readiness of ${this.name}`,
      timeoutMs: READY_TIMEOUT_MS,
      signal: this.#options.signal,
    });
  }

  stop(): Promise<number | null> {
    return this.#end((serving) => serving.stop(STOP_GRACE_MS));
  }

  async kill(): Promise<void> {
    await this.#end((serving) => serving.kill());
  }

  async #launch(run: number): Promise<ServingProcess> {
    const serving = await this.#options.launch(run);
    this.#serving = serving;
    void serving.failure.then((failure) => {
      if (failure !== undefined) this.#fail(failure);
    });
    return serving;
  }

  async #end(by: (serving: ServingProcess) => Promise<void>): Promise<number | null> {
    const run = this.#run;
    const serving = await run?.catch(() => undefined);
    if (serving === undefined) return null;
    await by(serving);
    if (this.#run === run) {
      this.#run = undefined;
      this.#serving = undefined;
    }
    return serving.exitCode;
  }
}
