import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import process from 'node:process';
import { ProcessFailure } from '@mailprovider/cluster/process-failure';
import { z } from 'zod';

/** What an assistant sends back. */
const replySchema = z.union([z.object({ answer: z.unknown() }), z.object({ failure: z.string() })]);

export interface AssistantOptions {
  /** Path of its program, which calls `assist`. */
  readonly program: string;
  /** The start of a command that pins it to a core; empty: where this process runs. */
  readonly pin: readonly string[];
  /** Takes what it writes; without one, that goes where this process writes. */
  readonly logFile?: string;
}

/** A process of a benchmark that does one task after the other. */
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

function forkProgram({ program, pin }: AssistantOptions, output: 'inherit' | number): ChildProcess {
  const [execPath = process.execPath, ...words] = pin;
  return fork(program, {
    execPath,
    execArgv: pin.length === 0 ? [] : [...words, process.execPath],
    // Ctrl-C in a terminal does not reach it.
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
  });
}

async function unexpectedEnd(name: string, logFile: string | undefined): Promise<Error> {
  if (logFile === undefined) {
    return new Error(`${name} ended unexpectedly; what it wrote stands above`);
  }
  return new ProcessFailure(name, 'unexpectedly', await readFile(logFile, 'utf8').catch(() => ''));
}

/** Starts a program that calls `assist`. */
export async function startAssistant(options: AssistantOptions): Promise<Assistant> {
  const { logFile } = options;
  const log = logFile === undefined ? undefined : await open(logFile, 'a', 0o600);
  const child = forkProgram(options, log?.fd ?? 'inherit');
  const name = basename(options.program, '.js');
  const failure = new AbortController();
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  let stopped = false;
  void ended.then(async () => {
    const error = stopped ? new Error(`${name} was stopped`) : unexpectedEnd(name, logFile);
    failure.abort(await error);
  });
  child.on('error', (error) => failure.abort(error));
  await once(child, 'spawn').finally(() => log?.close());
  return {
    pid: child.pid,
    failed: failure.signal,
    async ask(task, answer) {
      const reply = replyOf(child, name, failure.signal);
      child.send(task);
      return answer.parse(await reply);
    },
    async stop() {
      stopped = true;
      child.kill('SIGKILL');
      await ended;
    },
  };
}
