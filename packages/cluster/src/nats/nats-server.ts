import { mkdir, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { freePorts } from '../free-ports.ts';
import { abortOnFailure, ProcessFailure } from '../process-failure.ts';
import { RestartableProgram } from '../restartable-program.ts';
import { waitUntil } from '../wait-until.ts';
import { HOST, type NatsMembership, type NatsPorts, natsConfig } from './nats-config.ts';

/** Ready within a second on idle cores, later when it has many messages to read. */
const READY_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 5_000;
const STOP_GRACE_MS = 10_000;
const PORT_ATTEMPTS = 5;
const PORT_TAKEN = 'address already in use';

export interface NatsServerOptions {
  /** Path of nats-server. */
  readonly program: string;
  /** Folder for what it stores, its configuration and its log; made if it is missing. */
  readonly dataDir: string;
  /** Where clients connect, on 127.0.0.1; default: a free port. */
  readonly port?: number;
  /** Whether every message is on the disk before it is acknowledged; default false, as NATS has it. */
  readonly syncAlways?: boolean;
  /** More of its configuration file, such as `tls {...}` or `authorization {...}`. */
  readonly config?: string;
  /** The start of a command that pins it to a core; default: where this process runs. */
  readonly pin?: readonly string[];
}

/** A nats-server with JetStream that may be ended and started again, on the same data and port. */
export interface NatsServer {
  /** Where clients connect. */
  readonly url: string;
  /** Where it tells of itself by HTTP, without a path. */
  readonly monitoringUrl: string;
  readonly logFile: string;
  /** Of the last run. */
  readonly pid: number | undefined;
  /** Aborted, with the error to report as its reason, when it ends by itself. */
  readonly failed: AbortSignal;
  /** Sends SIGTERM; resolves when it ended. */
  stop(): Promise<void>;
  /** Sends SIGKILL; resolves when it ended. */
  kill(): Promise<void>;
  /** Starts it again; resolves when JetStream answers. */
  start(): Promise<void>;
}

/** Why JetStream cannot be used yet. */
function unreadiness(monitoringUrl: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get(`${monitoringUrl}/healthz`, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? undefined : `/healthz answers ${response.statusCode}`);
    });
    request.setTimeout(ANSWER_TIMEOUT_MS, () => request.destroy(new Error('no answer')));
    request.once('error', (error) => resolve(error.message));
  });
}

export interface PreparedServer extends NatsServer {
  /** Starts it; resolves as soon as it runs. */
  launch(): Promise<void>;
  /** Resolves when JetStream answers, in a cluster: when there is a leader, too. */
  ready(): Promise<void>;
}

/** Writes the configuration of a server that is not started yet. */
export async function prepareServer(
  options: NatsServerOptions,
  ports: NatsPorts,
  membership?: NatsMembership,
): Promise<PreparedServer> {
  const { program, dataDir, syncAlways = false, config: extra = '', pin = [] } = options;
  const storeDirectory = join(dataDir, 'jetstream');
  await mkdir(dataDir, { recursive: true });
  const configFile = join(dataDir, 'nats-server.conf');
  const settings = { storeDirectory, ports, syncAlways, membership, extra };
  await writeFile(configFile, natsConfig(settings), { mode: 0o600 });
  const name = membership?.serverName ?? 'nats-server';
  const logFile = join(dataDir, 'nats-server.log');
  const [file = program, ...args] = [...pin, program, '--config', configFile];
  const server = new RestartableProgram(
    { name, file, args, environment: {}, logFile },
    STOP_GRACE_MS,
  );
  const failed = abortOnFailure(server.failure);
  const monitoringUrl = `http://${HOST}:${ports.monitoring}`;
  const ready = () =>
    waitUntil(() => unreadiness(monitoringUrl), {
      what: `readiness of ${name}`,
      timeoutMs: READY_TIMEOUT_MS,
      signal: failed,
    });
  return {
    url: `nats://${HOST}:${ports.client}`,
    monitoringUrl,
    logFile,
    failed,
    get pid() {
      return server.pid;
    },
    launch: () => server.start(),
    ready,
    async start() {
      await server.start();
      await ready();
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
  };
}

function isPortTaken(error: unknown): boolean {
  return error instanceof ProcessFailure && error.log.includes(PORT_TAKEN);
}

/** Repeats a start on free ports for as long as another process takes one of them meanwhile. */
export async function onFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !isPortTaken(error)) throw error;
    }
  }
}

/**
 * Starts a nats-server of its own and waits until JetStream answers; it listens on 127.0.0.1 alone.
 *
 * Rejects with the end of its log if it ends before.
 */
export function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  return onFreePorts(async () => {
    const [free = 0, monitoring = 0] = await freePorts(2);
    const server = await prepareServer(options, { client: options.port ?? free, monitoring });
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.kill();
      throw error;
    }
  });
}
