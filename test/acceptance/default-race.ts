import type { Cluster } from '@mailprovider/cluster';
import { API_VERSION, DEFAULT_CLAIM_LEASE, KIND, PLURAL } from '@mailprovider/provider/identity';
import { z } from 'zod';
import { type AdminClient, type ApiAnswer, createAdminClient } from './admin-client.ts';

const COLLECTION = `/apis/${API_VERSION}/${PLURAL}`;
const CLAIM = `/apis/coordination.k8s.io/v1/namespaces/mailprovider-system/leases/${DEFAULT_CLAIM_LEASE}`;

/** What contends to become the default, and how it is undone. */
export type Contest = 'creates' | 'updates';

export interface RaceOptions {
  readonly cluster: Pick<Cluster, 'environment'>;
  readonly contest: Contest;
  readonly rounds: number;
  /** Writes at once in each round. */
  readonly contenders: number;
  /** Called while the writes of a round are under way; they may fail then. */
  disturb?(round: number): Promise<void> | undefined;
}

export interface RaceResult {
  /** How many rounds ended with that many defaults. */
  readonly rounds: Readonly<Record<number, number>>;
  /** Answers of undisturbed rounds that are neither a success nor a denial of the default. */
  readonly unexpected: readonly string[];
  readonly seconds: number;
}

const listSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ default: z.boolean() }),
    }),
  ),
});
const leaseSchema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()) }),
});
const DENIED = /denied the request: spec\.default: Forbidden: /;

function create(client: AdminClient, name: string, isDefault: boolean): Promise<ApiAnswer> {
  const body = JSON.stringify({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name },
    spec: {
      default: isDefault,
      // Nothing is to be dialled.
      disabled: true,
      smtp: { host: 'smtp.example.com', port: 587 },
      sender: { address: 'noreply@example.com' },
    },
  });
  return client.send({ method: 'POST', path: COLLECTION, contentType: 'application/json', body });
}

function setDefault(client: AdminClient, name: string, isDefault: boolean): Promise<ApiAnswer> {
  return client.send({
    method: 'PATCH',
    path: `${COLLECTION}/${name}`,
    contentType: 'application/merge-patch+json',
    body: JSON.stringify({ spec: { default: isDefault } }),
  });
}

async function succeeded(answer: Promise<ApiAnswer>): Promise<void> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`${status} ${body}`);
}

async function defaults(client: AdminClient): Promise<readonly string[]> {
  const { body } = await client.send({ method: 'GET', path: COLLECTION });
  const { items } = listSchema.parse(JSON.parse(body));
  return items.filter(({ spec }) => spec.default).map(({ metadata }) => metadata.name);
}

/** Waits for the stamp of health: until then the claim of a create that is gone still stands. */
async function claimIsSeen(client: AdminClient): Promise<void> {
  for (;;) {
    const { status, body } = await client.send({ method: 'GET', path: CLAIM });
    if (status !== 200) throw new Error(`${status} ${body}`);
    const { annotations } = leaseSchema.parse(JSON.parse(body)).metadata;
    if (annotations['mailprovider.io/claim-seen'] === 'true') return;
  }
}

/** Leaves the providers as they were before the round, and a claim that stops nobody. */
async function endRound(client: AdminClient, contest: Contest, winners: readonly string[]) {
  for (const name of winners) {
    const path = `${COLLECTION}/${name}`;
    const undone =
      contest === 'creates'
        ? client.send({ method: 'DELETE', path })
        : setDefault(client, name, false);
    await succeeded(undone);
  }
  if (winners.length === 0) {
    // A claim whose webhook died; nothing is under way, so nothing can come of it.
    await client.send({ method: 'DELETE', path: CLAIM });
  } else if (contest === 'creates') {
    await claimIsSeen(client);
  }
}

/** Lets writes race to become the default, round after round, and counts the winners of each. */
export async function raceForDefault(options: RaceOptions): Promise<RaceResult> {
  const { cluster, contest, contenders, disturb } = options;
  const client = createAdminClient(cluster);
  const names = Array.from({ length: contenders }, (_, index) => `racer-${index}`);
  const rounds: Record<number, number> = {};
  const unexpected: string[] = [];
  const begin = performance.now();
  try {
    if (contest === 'updates') {
      for (const name of names) await succeeded(create(client, name, false));
    }
    for (let round = 0; round < options.rounds; round += 1) {
      const racing = names.map((name) =>
        contest === 'creates' ? create(client, name, true) : setDefault(client, name, true),
      );
      const disturbed = disturb?.(round);
      const answers = await Promise.all(racing);
      await disturbed;
      for (const { status, body } of answers) {
        const expected = status < 300 || DENIED.test(body) || disturbed !== undefined;
        if (!expected) unexpected.push(`${status} ${body}`);
      }
      const winners = await defaults(client);
      rounds[winners.length] = (rounds[winners.length] ?? 0) + 1;
      await endRound(client, contest, winners);
    }
    const path = `${COLLECTION}`;
    await succeeded(client.send({ method: 'DELETE', path }));
  } finally {
    await client.close();
  }
  return { rounds, unexpected, seconds: (performance.now() - begin) / 1000 };
}
