import { join } from 'node:path';
import { z } from 'zod';
import type { Access } from '../measure/access.ts';
import { startAssistant } from '../measure/assistant.ts';
import type { Repetition } from '../measure/repeat.ts';

export const repetitionSchema: z.ZodType<Repetition> = z.object({
  times: z.int(),
  seconds: z.number(),
});

/** A process that sends mail after mail to an SMTP server, and keeps none. */
export interface Deliverer {
  readonly name: string;
  readonly pid: number | undefined;
  readonly failed: AbortSignal;
  /** Sends for that many seconds; rejects if a mail is not taken. */
  deliver(seconds: number): Promise<Repetition>;
  stop(): Promise<void>;
}

export interface DelivererOptions {
  readonly name: string;
  readonly program: 'delivery-program' | 'nodemailer-program';
  /** Of the server on 127.0.0.1. */
  readonly port: number;
  /** How many connections are kept; none: each mail has one of its own. */
  readonly kept: number;
  /** How many mails are handed over before the first of them is sent. */
  readonly concurrency: number;
  /** With it, over STARTTLS and after AUTH. */
  readonly access?: Access;
  /** The start of a command that pins it to a core; empty: where this process runs. */
  readonly pin: readonly string[];
}

function loginOf({ authorityPem, credentials }: Access) {
  return { authorityPem, ...credentials };
}

export async function startDeliverer(options: DelivererOptions): Promise<Deliverer> {
  const { name, program, port, kept, concurrency, access, pin } = options;
  const file = join(import.meta.dirname, `${program}.js`);
  const { pid, failed, ask, stop } = await startAssistant({ program: file, pin });
  const login = access === undefined ? {} : { login: loginOf(access) };
  const deliver = (seconds: number) =>
    ask({ port, kept, concurrency, seconds, ...login }, repetitionSchema);
  return { name, pid, failed, deliver, stop };
}
