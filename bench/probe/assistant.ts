import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { z } from 'zod';

/** What an assistant sends back. */
const replySchema = z.union([z.object({ answer: z.unknown() }), z.object({ failure: z.string() })]);

export interface AssistantOptions {
  /** Its program: the name of a file beside this one, without `.js`. */
  readonly program: string;
  /** The start of a command that pins it to a core; empty: where this process runs. */
  readonly pin: readonly string[];
}

/** A process of this benchmark that does one task after the other. */
export interface Assistant {
  readonly pid: number | undefined;
  /** Aborted, with the error to report as its reason, when it ends by itself. */
  readonly failed: AbortSignal;
  /** Has it do a task; rejects if it fails or ends. */
  ask<T>(task: object, answer: z.ZodType<T>): Promise<T>;
  stop(): Promise<void>;
}

async function replyOf(child: ChildProcess, name: string, failed: AbortSignal): Promise<unknown> {
  const [message]: unknown[] = await once(child, 'message', { signal: failed }).catch(
    (error: unknown) => {
      throw failed.aborted ? failed.reason : error;
    },
  );
  const reply = replySchema.parse(message);
  if ('failure' in reply) throw new Error(`${name}: ${reply.failure}`);
  return reply.answer;
}

/** Starts a program that calls `assist`. Ctrl-C in a terminal does not reach it. */
export async function startAssistant({ program, pin }: AssistantOptions): Promise<Assistant> {
  const [execPath = process.execPath, ...words] = pin;
  const child = fork(join(import.meta.dirname, `${program}.js`), {
    execPath,
    execArgv: pin.length === 0 ? [] : [...words, process.execPath],
    detached: true,
  });
  const failure = new AbortController();
  const ended = once(child, 'close');
  child.once('close', () => {
    failure.abort(new Error(`${program} ended unexpectedly; what it wrote stands above`));
  });
  await once(child, 'spawn');
  return {
    pid: child.pid,
    failed: failure.signal,
    async ask(task, answer) {
      const reply = replyOf(child, program, failure.signal);
      child.send(task);
      return answer.parse(await reply);
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
