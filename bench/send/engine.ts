import { join } from 'node:path';
import { z } from 'zod';

/** Where a sender keeps its mails; a folder holds nothing yet. */
export const engineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('lmdb'), folder: z.string() }),
  /** Senders with the same prefix share their mails. */
  z.object({ kind: z.literal('nats'), url: z.string(), streamPrefix: z.string() }),
]);
export type Engine = z.output<typeof engineSchema>;

/** LMDB in the folder of a sender. */
export function lmdbIn(folder: string): Engine {
  return { kind: 'lmdb', folder: join(folder, 'mails') };
}
