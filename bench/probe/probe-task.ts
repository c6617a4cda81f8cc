import { z } from 'zod';

/** What a program that probes is asked for. */
export const probeTaskSchema = z.object({
  ports: z.tuple([z.int()], z.int()),
  authorityPem: z.string(),
  credentials: z.object({ username: z.string(), password: z.string() }),
  concurrency: z.int(),
  seconds: z.number(),
});
export type ProbeTask = z.output<typeof probeTaskSchema>;

/** The ports of a task in turn, for ever. */
export function portsInTurn({ ports }: ProbeTask): () => number {
  let next = 0;
  return () => {
    next = (next + 1) % ports.length;
    return ports[next] ?? ports[0];
  };
}
