import { join } from 'node:path';
import { freePorts } from '@mailprovider/cluster/free-ports';
import { abortOnFailure } from '@mailprovider/cluster/process-failure';
import { startProcess } from '@mailprovider/cluster/supervised-process';
import { waitUntil } from '@mailprovider/cluster/wait-until';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { startAssistant } from '../measure/assistant.ts';
import type { BenchDirectory } from '../measure/bench-directory.ts';
import { type ProbedServers, type Prober, repetitionSchema } from './prober.ts';

/** Debian's name of blackbox_exporter. */
const PROGRAM = 'prometheus-blackbox-exporter';
const MODULE = 'smtp_starttls';
const START_TIMEOUT_MS = 10_000;
const STOP_GRACE_MS = 2_000;
/** What the metrics of a probe that came to its end say. */
const SUCCESS = '\nprobe_success 1\n';

export interface BlackboxOptions {
  readonly concurrency: number;
  readonly servers: ProbedServers;
  readonly pin: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: BenchDirectory;
  readonly signal: AbortSignal;
}

/** The version of the installed program; undefined where there is none. */
export async function blackboxVersion(): Promise<string | undefined> {
  const { all, failed } = await execa(PROGRAM, ['--version'], { reject: false, all: true });
  return failed ? undefined : all?.match(/version (\S+)/)?.[1];
}

/** The same dialogue as ours, except that it cannot authenticate. */
function configuration(caFile: string): string {
  const dialogue = [
    { expect: '^220 ' },
    { send: 'EHLO prober\r' },
    { expect: '^250-STARTTLS' },
    { send: 'STARTTLS\r' },
    { expect: '^220 ' },
    { starttls: true },
    { send: 'EHLO prober\r' },
    { expect: '^250-AUTH' },
    { send: 'QUIT\r' },
  ];
  const tcp = { query_response: dialogue, tls_config: { ca_file: caFile } };
  return stringify({ modules: { [MODULE]: { prober: 'tcp', timeout: '10s', tcp } } });
}

async function startExporter({ directory, servers, pin, environment, signal }: BlackboxOptions) {
  const caFile = await directory.write('blackbox-ca.crt', servers.authorityPem);
  const configFile = await directory.write('blackbox.yml', configuration(caFile));
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const flags = [`--config.file=${configFile}`, `--web.listen-address=${address}`];
  const [file, ...args] = [...pin, PROGRAM, ...flags, '--log.level=error'];
  const exporter = await startProcess({
    name: PROGRAM,
    file: file ?? PROGRAM,
    args,
    // It has one core; more threads than that would only cost it time.
    environment: { ...environment, GOMAXPROCS: '1' },
    logFile: join(directory.path, 'blackbox.log'),
  });
  const failed = abortOnFailure(exporter.failure);
  const url = `http://${address}`;
  const problem = () => fetch(`${url}/-/healthy`).then(() => undefined, String);
  try {
    await waitUntil(problem, {
      what: `start of ${PROGRAM}`,
      timeoutMs: START_TIMEOUT_MS,
      signal: AbortSignal.any([signal, failed]),
    });
  } catch (error) {
    await exporter.kill();
    throw error;
  }
  return { ...exporter, url, failed };
}

/** Starts blackbox_exporter, and a process that asks it for probes over HTTP. */
export async function startBlackbox(options: BlackboxOptions): Promise<Prober> {
  const { concurrency, servers } = options;
  const driver = await startAssistant({
    program: join(import.meta.dirname, 'http-program.js'),
    pin: [],
  });
  const exporter = await startExporter(options).catch(async (error: unknown) => {
    await driver.stop();
    throw error;
  });
  const urls = servers.ports.map(
    (port) => `${exporter.url}/probe?module=${MODULE}&target=127.0.0.1:${port}`,
  );
  return {
    name: 'blackbox_exporter',
    pid: exporter.pid,
    driverPid: driver.pid,
    failed: AbortSignal.any([exporter.failed, driver.failed]),
    probe: (seconds) =>
      driver.ask({ urls, concurrency, seconds, expected: SUCCESS }, repetitionSchema),
    async stop() {
      await driver.stop();
      await exporter.stop(STOP_GRACE_MS);
    },
  };
}
