import { z } from 'zod';
import { startAssistant } from './assistant.ts';
import type { ServerOptions } from './listening-server.ts';

const stateSchema = z.object({ port: z.int(), openSockets: z.int() });

/** An SMTP server, or one that says nothing, in a process of its own. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number | undefined;
  readonly failed: AbortSignal;
  /** Connections that are open now. */
  openSockets(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startServerProcess(options: ServerOptions): Promise<ServerProcess> {
  const { pid, failed, ask, stop } = await startAssistant({ program: 'server-program', pin: [] });
  try {
    const { port } = await ask(options, stateSchema);
    const openSockets = async () => (await ask({}, stateSchema)).openSockets;
    return { port, pid, failed, openSockets, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
