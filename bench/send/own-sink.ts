import { join } from 'node:path';
import { z } from 'zod';
import type { Access } from '../measure/access.ts';
import { startAssistant } from '../measure/assistant.ts';
import type { Latencies } from './arrivals.ts';
import type { Sink } from './sink.ts';
import type { SinkTask } from './sink-task.ts';

const PROGRAM = join(import.meta.dirname, 'sink-program.js');
/** What is not a number comes as null. */
const milliseconds = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const latenciesSchema = z.object({ p50Ms: milliseconds, p99Ms: milliseconds });

/** A sink that reads when a mail was submitted. */
export interface OwnSink extends Sink {
  /** Of the mails since the last call. */
  takeLatencies(): Promise<Latencies>;
}

export interface OwnSinkOptions {
  /** The start of a command that pins it to a core; empty: where this process runs. */
  readonly pin: readonly string[];
  /** With it, mails are taken only over STARTTLS and after AUTH. */
  readonly access?: Access;
}

function loginOf({ certificate, credentials }: Access) {
  const { certificatePem, keyPem } = certificate;
  return { certificatePem, keyPem, ...credentials };
}

/** Starts a sink of this benchmark on a free port of 127.0.0.1. */
export async function startOwnSink({ pin, access }: OwnSinkOptions): Promise<OwnSink> {
  const { pid, failed, ask, stop } = await startAssistant({ program: PROGRAM, pin });
  const askFor = <T>(task: SinkTask, answer: z.ZodType<T>) => ask(task, answer);
  try {
    const login = access === undefined ? {} : { login: loginOf(access) };
    const { port } = await askFor({ task: 'listen', ...login }, z.object({ port: z.int() }));
    return {
      name: access === undefined ? 'a sink of ours' : 'a sink of ours with STARTTLS and AUTH',
      port,
      pid,
      failed,
      total: async () => (await askFor({ task: 'count' }, z.object({ total: z.int() }))).total,
      whenTotal: async (total) =>
        (await askFor({ task: 'await', total }, z.object({ at: z.number() }))).at,
      takeLatencies: () => askFor({ task: 'latencies' }, latenciesSchema),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
