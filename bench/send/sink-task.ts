import { z } from 'zod';

/** What a sink of ours is asked for. */
export const sinkTaskSchema = z.discriminatedUnion('task', [
  z.object({
    task: z.literal('listen'),
    login: z
      .object({
        certificatePem: z.string(),
        keyPem: z.string(),
        username: z.string(),
        password: z.string(),
      })
      .optional(),
  }),
  z.object({ task: z.literal('count') }),
  z.object({ task: z.literal('await'), total: z.int() }),
  z.object({ task: z.literal('latencies') }),
]);
export type SinkTask = z.output<typeof sinkTaskSchema>;
