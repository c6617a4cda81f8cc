import { createHealthMetrics, HealthEngine, type HealthStatus } from '@mailprovider/health';
import { createLogger } from '@mailprovider/process';
import { conditionOf } from '@mailprovider/provider/conditions';
import { decodeMailProvider, type MailProvider } from '@mailprovider/provider/mail-provider';
import type { SecretLookup } from '@mailprovider/provider/secret-reader';
import { createAddressPolicy, type Resolver, systemResolver } from '@mailprovider/smtp';
import { Registry } from 'prom-client';
import type { Test } from 'tap';
import { ManualClock } from './manual-clock.ts';

export const INTERVALS = { healthyMs: 300_000, unhealthyMs: 30_000 };

export interface EngineSettings {
  readonly resolver?: Resolver;
  /** Whether a written status comes back as a change, as the watch tells it. */
  readonly echo?: boolean;
  readonly clock?: ManualClock;
  readonly secrets?: Map<string, string>;
}

/** An engine whose time, Secrets and status store belong to the test. */
export function engineFor(t: Test, settings: EngineSettings = {}) {
  const { resolver = systemResolver(), echo = true } = settings;
  const { clock = new ManualClock(), secrets = new Map<string, string>() } = settings;
  const written: { name: string; status: HealthStatus }[] = [];
  const events: string[] = [];
  const waiting: (() => void)[] = [];
  const faults: Error[] = [];
  const engine = new HealthEngine({
    check: {
      credentialsNamespace: 'mail',
      resolver,
      addressPolicy: createAddressPolicy({ allowLoopback: true }),
      timeoutMs: 10_000,
      monotonicMs: () => clock.monotonicMs(),
      secrets: {
        async read(name): Promise<SecretLookup> {
          const password = secrets.get(name);
          if (password === undefined) return { found: false, why: 'missing' };
          const data = { password: Buffer.from(password).toString('base64') };
          const secret = { type: 'Opaque', data, annotations: {}, resourceVersion: password };
          return { found: true, secret };
        },
      },
    },
    statusWriter: {
      async write(provider, status) {
        const fault = faults.shift();
        if (fault !== undefined) throw fault;
        written.push({ name: provider.metadata.name, status });
        if (echo) engine.stored({ ...provider, status });
        waiting.shift()?.();
      },
    },
    events: {
      record({ metadata }, { type, reason }) {
        events.push(`${metadata.name} ${type} ${reason}`);
      },
    },
    metrics: createHealthMetrics(new Registry()),
    clock,
    logger: createLogger('test', 'silent'),
    intervals: INTERVALS,
    concurrency: 4,
    random: () => 0.5,
  });
  t.teardown(() => engine.close());
  /** The reason of Healthy in the next status that is written. */
  const nextWrite = async () => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return conditionOf(written.at(-1)?.status.conditions, 'Healthy')?.reason;
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  /** Goes on to the next check of the one provider there is, and waits for its end. */
  const nextCheck = async () => {
    const [pause = 0] = clock.pending;
    clock.advance(pause);
    while (clock.pending.length === 0) await settle();
  };
  const scheduled = async () => {
    while (clock.pending.length === 0) await settle();
  };
  return {
    engine,
    clock,
    secrets,
    written,
    events,
    faults,
    nextWrite,
    settle,
    nextCheck,
    scheduled,
  };
}

export interface ProviderFields {
  readonly name?: string;
  readonly generation?: number;
  readonly disabled?: boolean;
  readonly host?: string;
  readonly probeRequest?: string;
  readonly status?: MailProvider['status'];
}

/** A provider with the password of the Secret "secret". */
export function provider(port: number, fields: ProviderFields = {}): MailProvider {
  const { name = 'p', generation = 1, probeRequest, status } = fields;
  const annotations =
    probeRequest === undefined ? {} : { 'mailprovider.io/probe-requested-at': probeRequest };
  const decoded = decodeMailProvider({
    metadata: { name, uid: `u-${name}`, generation, annotations },
    spec: {
      disabled: fields.disabled ?? false,
      smtp: {
        host: fields.host ?? '127.0.0.1',
        port,
        disableTLS: true,
        username: 'user',
        passwordRef: { name: 'secret', key: 'password' },
      },
      sender: { address: 'a@example.com' },
    },
    status,
  });
  if (decoded === undefined) throw new Error('no provider');
  return decoded;
}
