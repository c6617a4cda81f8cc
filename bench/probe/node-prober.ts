import { join } from 'node:path';
import { startAssistant } from '../measure/assistant.ts';
import { type ProbedServers, type Prober, repetitionSchema } from './prober.ts';

export interface NodeProberOptions {
  readonly name: string;
  /** How it speaks SMTP: by our sessions, as health does, or by nodemailer's `verify()`. */
  readonly program: 'session-program' | 'nodemailer-program';
  /** How many probes run at once. */
  readonly concurrency: number;
  readonly servers: ProbedServers;
  readonly pin: readonly string[];
}

/** Starts a process that probes. */
export async function startNodeProber(options: NodeProberOptions): Promise<Prober> {
  const { name, program, concurrency, servers, pin } = options;
  const { pid, failed, ask, stop } = await startAssistant({
    program: join(import.meta.dirname, `${program}.js`),
    pin,
  });
  return {
    name,
    pid,
    driverPid: undefined,
    failed,
    probe: (seconds) => ask({ ...servers, concurrency, seconds }, repetitionSchema),
    stop,
  };
}
