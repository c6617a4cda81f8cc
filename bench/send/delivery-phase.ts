import type { Teardown } from '@mailprovider/cluster/teardown';
import type { BenchConfig } from './config.ts';
import { startDeliverer } from './deliverer.ts';
import { type DeliveryFigures, measureDelivery } from './delivery-rounds.ts';
import { DELIVERIES } from './end-to-end-phase.ts';
import type { PhaseDeps } from './phase-deps.ts';
import { PhaseProcesses } from './phase-processes.ts';
import { startSink } from './start-sink.ts';

export interface DeliveryPhaseFigures {
  readonly sink: string;
  /** Rendered bytes over kept sessions, as the sender delivers them; no store. */
  readonly ours: DeliveryFigures;
  /** nodemailer's pool, which renders each mail when it sends it. */
  readonly pool: DeliveryFigures;
}

/** Measures what one core delivers, the sink on another; ends all that it started. */
export async function runDeliveryPhase(
  { rounds, seconds }: BenchConfig,
  { cores, progress, signal: interrupted }: PhaseDeps,
  teardown: Teardown,
): Promise<DeliveryPhaseFigures> {
  const processes = new PhaseProcesses(teardown, interrupted);
  const sink = await processes.keep(startSink(cores.load, interrupted));
  const common = { port: sink.port, kept: DELIVERIES, pin: cores.measured };
  const ours = await processes.keep(
    startDeliverer({
      ...common,
      name: 'ours, delivery only',
      program: 'delivery-program',
      concurrency: DELIVERIES,
    }),
  );
  const pool = await processes.keep(
    startDeliverer({
      ...common,
      name: "nodemailer's pool",
      program: 'nodemailer-program',
      // So that a connection that becomes free finds the next mail.
      concurrency: 2 * DELIVERIES,
    }),
  );
  const { signal } = processes;
  const figuresOf = await measureDelivery([ours, pool], {
    sink,
    rounds,
    seconds,
    progress,
    signal,
  });
  return { sink: sink.name, ours: figuresOf(ours), pool: figuresOf(pool) };
}
