import { join } from 'node:path';
import { startAssistant } from '../measure/assistant.ts';
import { type LoadResult, type LoadTask, loadResultSchema } from './load.ts';

const PROGRAM = join(import.meta.dirname, 'load-program.js');

/** A process that posts mails to a sender. */
export interface LoadProcess {
  readonly failed: AbortSignal;
  post(task: LoadTask): Promise<LoadResult>;
  stop(): Promise<void>;
}

export async function startLoad(): Promise<LoadProcess> {
  const { failed, ask, stop } = await startAssistant({ program: PROGRAM, pin: [] });
  return { failed, post: (task) => ask(task, loadResultSchema), stop };
}
