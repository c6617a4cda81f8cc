import type { Stage } from '@mailprovider/provider/reasons';
import { isPermanent, SessionFault, SmtpError } from './failure.ts';
import type { SessionTrace, StageTiming } from './session-trace.ts';

type Facts = Omit<SessionTrace, 'stages'>;

/** Takes down how a session goes, while it goes. */
export class SessionRecorder {
  readonly #monotonicMs: () => number;
  readonly #stages: StageTiming[] = [];
  #facts: Facts = { loginAttempted: false };

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** What is known so far. */
  get trace(): SessionTrace {
    return { stages: [...this.#stages], ...this.#facts };
  }

  note(facts: Partial<Facts>): void {
    this.#facts = { ...this.#facts, ...facts };
  }

  /** Runs and times one step; a fault of it becomes an `SmtpError` with the name of that step. */
  async during<T>(stage: Stage, step: () => T | Promise<T>): Promise<T> {
    const begin = this.#monotonicMs();
    const end = () => this.#stages.push({ stage, seconds: (this.#monotonicMs() - begin) / 1000 });
    try {
      const result = await step();
      end();
      return result;
    } catch (cause) {
      end();
      throw cause instanceof SessionFault ? this.#errorOf(stage, cause) : cause;
    }
  }

  #errorOf(stage: Stage, fault: SessionFault): SmtpError {
    const { reason, code } = fault;
    const permanent = isPermanent(fault);
    const reply = code === undefined ? {} : { code };
    return new SmtpError({ stage, reason, permanent, ...reply }, this.trace);
  }
}
