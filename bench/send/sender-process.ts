import { join } from 'node:path';
import { z } from 'zod';
import { startAssistant } from '../measure/assistant.ts';
import type { BenchProvider } from './bench-provider.ts';
import { type Engine, lmdbIn } from './engine.ts';

const PROGRAM = join(import.meta.dirname, 'sender-program.js');
const listeningSchema = z.object({ url: z.url() });

export interface SenderOptions {
  /** On a disk; the sender has its log there, and its data. */
  readonly folder: string;
  /** Default: LMDB in that folder. */
  readonly engine?: Engine;
  readonly providers: readonly BenchProvider[];
}

/** The sender and its submit API in a process of their own, without a cluster. */
export interface SenderProcess {
  readonly pid: number | undefined;
  /** Where mails are posted. */
  readonly mailsUrl: string;
  readonly failed: AbortSignal;
  stop(): Promise<void>;
}

export async function startSender(options: SenderOptions): Promise<SenderProcess> {
  const { folder, providers, engine = lmdbIn(folder) } = options;
  const logFile = join(folder, 'sender.log');
  const { pid, failed, ask, stop } = await startAssistant({ program: PROGRAM, pin: [], logFile });
  try {
    const { url } = await ask({ engine, providers }, listeningSchema);
    return { pid, mailsUrl: `${url}/v1/mails`, failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
