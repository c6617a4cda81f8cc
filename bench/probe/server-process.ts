import { join } from 'node:path';
import { z } from 'zod';
import { startAssistant } from '../measure/assistant.ts';
import type { ServerOptions } from './listening-server.ts';

const listeningSchema = z.object({ port: z.int() });

/** An SMTP server, or one that says nothing, in a process of its own. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number | undefined;
  readonly failed: AbortSignal;
  stop(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startServerProcess(options: ServerOptions): Promise<ServerProcess> {
  const { pid, failed, ask, stop } = await startAssistant({
    program: join(import.meta.dirname, 'server-program.js'),
    pin: [],
  });
  try {
    const { port } = await ask(options, listeningSchema);
    return { port, pid, failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
