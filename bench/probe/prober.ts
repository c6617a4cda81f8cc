import { z } from 'zod';
import type { Repetition } from '../measure/repeat.ts';

export const repetitionSchema: z.ZodType<Repetition> = z.object({
  times: z.int(),
  seconds: z.number(),
});

/** Servers that are probed, all alike. */
export interface ProbedServers {
  readonly ports: readonly number[];
  readonly authorityPem: string;
  readonly credentials: { readonly username: string; readonly password: string };
}

/** Something that probes SMTP servers on the core of what is measured. */
export interface Prober {
  readonly name: string;
  readonly pid: number | undefined;
  /** Of a process on another core that tells it to; undefined where there is none. */
  readonly driverPid: number | undefined;
  readonly failed: AbortSignal;
  /** Probes for that many seconds; rejects if a probe does not succeed. */
  probe(seconds: number): Promise<Repetition>;
  stop(): Promise<void>;
}
