import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { abortOnFailure } from '@mailprovider/cluster/process-failure';
import { servedUrls } from '@mailprovider/cluster/served-urls';
import { startProcess } from '@mailprovider/cluster/supervised-process';
import { z } from 'zod';

const MAIN = join(import.meta.dirname, '../../../packages/health/bin/mailprovider-health.js');
const STOP_GRACE_MS = 10_000;

export interface HealthOptions {
  readonly kubeconfigFile: string;
  /** The start of a command that runs on the core of what is measured. */
  readonly pin: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** A file of this run alone: it tells what health did when. */
  readonly logFile: string;
}

export interface HealthProcess {
  readonly pid: number | undefined;
  /** When its start was begun, by `performance.now()`. */
  readonly spawnedAt: number;
  readonly failed: AbortSignal;
  /** From its start to when it led, by its log; NaN if it never did. */
  secondsToLead(): Promise<number>;
  /** What it tells Prometheus. Each call starts a new window for the delay of its event loop. */
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

const logLineSchema = z.object({ time: z.coerce.date(), msg: z.string() });

/** When health logged `msg` first, in ms since the epoch; NaN if it did not. */
export function timeOfMessage(log: string, msg: string): number {
  const line = log.split('\n').find((candidate) => candidate.includes(`"msg":"${msg}"`));
  return line === undefined ? Number.NaN : logLineSchema.parse(JSON.parse(line)).time.getTime();
}

/** Starts health as users start it. */
export async function startHealth(options: HealthOptions): Promise<HealthProcess> {
  const { kubeconfigFile, pin, environment, logFile } = options;
  const flags = ['--kubeconfig', kubeconfigFile, '--allow-loopback'];
  const metricsFlags = ['--metrics-bind-address', '127.0.0.1:0'];
  const words = [...pin, process.execPath, MAIN, ...flags, ...metricsFlags];
  const [file = process.execPath, ...args] = words;
  const spawnedAt = performance.now();
  const spawnTime = Date.now();
  const health = await startProcess({ name: 'health', file, args, environment, logFile });
  const log = () => readFile(logFile, 'utf8');
  return {
    pid: health.pid,
    spawnedAt,
    failed: abortOnFailure(health.failure),
    secondsToLead: async () => (timeOfMessage(await log(), 'leading') - spawnTime) / 1000,
    async metrics() {
      const url = servedUrls(await log()).get('operations');
      const answer = await fetch(`${url}/metrics`);
      return answer.text();
    },
    stop: () => health.stop(STOP_GRACE_MS),
  };
}
