import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { freePorts } from '@mailprovider/cluster/free-ports';
import { abortOnFailure, ProcessFailure } from '@mailprovider/cluster/process-failure';
import { waitUntil } from '@mailprovider/cluster/wait-until';
import { cpuSeconds, peakRssMiB } from '../measure/process-usage.ts';
import { KeptConnection } from './kept-connection.ts';
import { createReview } from './review.ts';
import type { WebhookCommand, WebhookInputs } from './webhook-command.ts';

const START_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 5_000;

export interface WebhookOptions {
  readonly inputs: Omit<WebhookInputs, 'port' | 'metricsPort'>;
  readonly authorityPem: string;
  /** The start of a command that runs on the core of the webhook. */
  readonly pin: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Gets a file with what the webhook writes. */
  readonly logDirectory: string;
  readonly signal: AbortSignal;
}

/** A webhook that answers. */
export interface RunningWebhook {
  readonly name: WebhookCommand['name'];
  /** Without a path. */
  readonly url: string;
  readonly metricsUrl: string;
  readonly authorityPem: string;
  /** Aborted, with the error to report as its reason, when it ends unexpectedly. */
  readonly failed: AbortSignal;
  /** Most memory that it ever had resident; NaN where the system does not tell. */
  peakRssMiB(): Promise<number>;
  /** Time that it had a core so far; NaN where the system does not tell. */
  cpuSeconds(): Promise<number>;
  /** Empties its log, which grows with each answer. */
  forgetLog(): Promise<void>;
  stop(): Promise<void>;
}

/** Its output goes to the file and not through us: reading it would take from the core of the load. */
async function spawnLogging(
  [file = '', ...args]: readonly string[],
  environment: NodeJS.ProcessEnv,
  logFile: string,
): Promise<ChildProcess> {
  const log = await open(logFile, 'a', 0o600);
  try {
    const child = spawn(file, args, {
      stdio: ['ignore', log.fd, log.fd],
      env: environment,
    });
    await once(child, 'spawn');
    process.once('exit', () => child.kill('SIGKILL'));
    return child;
  } finally {
    await log.close();
  }
}

function supervise(name: string, child: ChildProcess, logFile: string) {
  let stopping = false;
  const ended = once(child, 'close');
  const failure = ended.then(async () => {
    if (stopping) return undefined;
    const ending = `by itself (${child.signalCode ?? child.exitCode})`;
    return new ProcessFailure(name, ending, await readFile(logFile, 'utf8'));
  });
  return {
    failed: abortOnFailure(failure),
    async stop() {
      stopping = true;
      child.kill();
      const kill = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await ended;
      clearTimeout(kill);
    },
  };
}

/** Why the webhook does not allow a valid provider yet. */
async function problemOf(connection: KeptConnection): Promise<string | undefined> {
  try {
    const { status, body } = await connection.send('POST', '/validate', createReview());
    return status === 200 && body.includes('"allowed":true') ? undefined : `${status} ${body}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Starts a webhook and waits until it allows a valid provider; rejects with the end of its log. */
export async function startWebhook(
  command: WebhookCommand,
  options: WebhookOptions,
): Promise<RunningWebhook> {
  const { inputs, pin, logDirectory, authorityPem, signal } = options;
  const { name } = command;
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const logFile = join(logDirectory, `${name}.log`);
  const words = [...pin, ...command.words({ ...inputs, port, metricsPort })];
  const environment = { ...options.environment, ...command.environment };
  const child = await spawnLogging(words, environment, logFile);
  const { failed, stop } = supervise(name, child, logFile);
  const url = `https://127.0.0.1:${port}`;
  const connection = new KeptConnection({ url, authorityPem });
  try {
    await waitUntil(() => problemOf(connection), {
      what: `a right answer of ${name}`,
      timeoutMs: START_TIMEOUT_MS,
      signal: AbortSignal.any([signal, failed]),
    });
  } catch (error) {
    await stop();
    throw error;
  } finally {
    connection.close();
  }
  return {
    name,
    url,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    authorityPem,
    failed,
    peakRssMiB: () => peakRssMiB(child.pid),
    cpuSeconds: () => cpuSeconds(child.pid),
    forgetLog: () => truncate(logFile),
    stop,
  };
}
