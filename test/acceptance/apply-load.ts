import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '@mailprovider/cluster';
import { API_VERSION, KIND, PLURAL } from '@mailprovider/provider/identity';
import { z } from 'zod';
import { type AdminClient, type ApiAnswer, createAdminClient } from './admin-client.ts';

const TICK_MS = 5;
/** Each provider is created, changed this often, deleted, and created again. */
const CHANGES = 9;

export interface ApplyLoadOptions {
  readonly cluster: Pick<Cluster, 'environment'>;
  /** Server-side applies to begin, each second. */
  readonly perSecond: number;
  /** How many MailProviders they go to, and so how many may be under way at once. */
  readonly providers: number;
}

export interface ApplyLoadResult {
  /** Applies, all answered. */
  readonly sent: number;
  /** What was not done, and why. */
  readonly failed: readonly string[];
  /** Of each apply, in milliseconds, shortest first. */
  readonly latencies: readonly number[];
  /** Between the first apply and the call of `stop()`. */
  readonly seconds: number;
}

export interface ApplyLoad {
  /** Resolves when `count` more applies were answered, well or not. */
  answered(count: number): Promise<void>;
  /** Waits for the answers under way, and deletes the providers. */
  stop(): Promise<ApplyLoadResult>;
}

interface Target {
  readonly name: string;
  applied: number;
  busy: boolean;
}

const statusSchema = z.object({ message: z.string() });

function reasonOf({ status, body }: ApiAnswer): string {
  try {
    return `${status} ${statusSchema.parse(JSON.parse(body)).message}`;
  } catch {
    return `${status} ${body}`;
  }
}

/** Disabled, because it is admission that is loaded and not what checks the servers. */
function manifest({ name, applied }: Target): string {
  return JSON.stringify({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name },
    spec: {
      displayName: `Change ${applied}`,
      disabled: true,
      smtp: { host: 'smtp.example.com', port: 587 },
      sender: { address: 'noreply@example.com' },
    },
  });
}

class Applier {
  readonly failed: string[] = [];
  readonly latencies: number[] = [];
  readonly #client: AdminClient;

  constructor(client: AdminClient) {
    this.#client = client;
  }

  async next(target: Target): Promise<void> {
    target.busy = true;
    if (target.applied > 0 && target.applied % (CHANGES + 1) === 0) await this.delete(target);
    await this.#apply(target);
    target.busy = false;
  }

  async delete({ name }: Target): Promise<void> {
    const path = `/apis/${API_VERSION}/${PLURAL}/${name}`;
    await this.#expect('delete', name, this.#client.send({ method: 'DELETE', path }));
  }

  async #apply(target: Target): Promise<void> {
    const begin = performance.now();
    const answer = this.#client.send({
      method: 'PATCH',
      path: `/apis/${API_VERSION}/${PLURAL}/${target.name}?fieldManager=load&force=true`,
      contentType: 'application/apply-patch+yaml',
      body: manifest(target),
    });
    target.applied += 1;
    await this.#expect('apply', target.name, answer);
    this.latencies.push(performance.now() - begin);
  }

  async #expect(verb: string, name: string, answer: Promise<ApiAnswer>): Promise<void> {
    try {
      const answered = await answer;
      if (answered.status >= 300) this.failed.push(`${verb} ${name}: ${reasonOf(answered)}`);
    } catch (error) {
      this.failed.push(`${verb} ${name}: ${String(error)}`);
    }
  }
}

/**
 * Applies MailProviders at a steady rate, each again only when its last apply was answered. Every
 * apply creates one or changes its spec, so that the API server asks the webhook about it.
 */
export function startApplyLoad({ cluster, perSecond, providers }: ApplyLoadOptions): ApplyLoad {
  const client = createAdminClient(cluster);
  const applier = new Applier(client);
  const targets = Array.from({ length: providers }, (_, index): Target => {
    return { name: `load-${index}`, applied: 0, busy: false };
  });
  const underWay = new Set<Promise<void>>();
  const begin = performance.now();
  let sent = 0;
  let turn = 0;
  const nextFree = () => {
    for (let tried = 0; tried < targets.length; tried += 1) {
      const target = targets[turn++ % targets.length];
      if (target?.busy === false) return target;
    }
    return undefined;
  };
  const timer = setInterval(() => {
    const due = ((performance.now() - begin) / 1_000) * perSecond;
    while (sent < due) {
      const target = nextFree();
      if (target === undefined) return;
      sent += 1;
      const applied: Promise<void> = applier.next(target).finally(() => underWay.delete(applied));
      underWay.add(applied);
    }
  }, TICK_MS);
  return {
    async answered(count) {
      const { latencies } = applier;
      const enough = latencies.length + count;
      while (latencies.length < enough) await delay(TICK_MS);
    },
    async stop() {
      clearInterval(timer);
      const seconds = (performance.now() - begin) / 1_000;
      await Promise.all(underWay);
      const existing = targets.filter(({ applied }) => applied > 0);
      await Promise.all(existing.map((target) => applier.delete(target)));
      await client.close();
      const latencies = applier.latencies.toSorted((a, b) => a - b);
      return { sent, failed: applier.failed, latencies, seconds };
    },
  };
}
