import { startAssistant } from './assistant.ts';
import { type ProbedServers, type Prober, repetitionSchema } from './prober.ts';

export interface SessionProberOptions {
  readonly name: string;
  /** How many probes run at once. */
  readonly concurrency: number;
  readonly servers: ProbedServers;
  readonly pin: readonly string[];
}

/** Starts a process that probes by our SMTP sessions, as health does. */
export async function startSessionProber(options: SessionProberOptions): Promise<Prober> {
  const { name, concurrency, servers, pin } = options;
  const { pid, failed, ask, stop } = await startAssistant({ program: 'session-program', pin });
  return {
    name,
    pid,
    driverPid: undefined,
    failed,
    probe: (seconds) => ask({ ...servers, concurrency, seconds }, repetitionSchema),
    stop,
  };
}
