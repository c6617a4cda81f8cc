import { rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Cluster, ClusterProcess } from '@mailprovider/cluster';
import { createAuthority } from '@mailprovider/pki';
import { z } from 'zod';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { admissionCalls } from './admission-calls.ts';
import { type ApplyLoadResult, startApplyLoad } from './apply-load.ts';

/** What is applied between two steps, so that the load meets each state. */
const APPLIES_BETWEEN = 400;
const PROVIDERS = 50;
const REGISTRATIONS = [
  'mutatingwebhookconfigurations/mailprovider-mutation',
  'validatingwebhookconfigurations/mailprovider-validation',
].map((path) => `/apis/admissionregistration.k8s.io/v1/${path}`);

const registrationSchema = z.object({
  webhooks: z.tuple([z.object({ clientConfig: z.object({ caBundle: z.base64() }) })]),
});

export interface CertificateChangeOptions {
  readonly cluster: Cluster;
  /** How often authority and certificate are replaced. */
  readonly changes: number;
  /** Applies a second meanwhile. */
  readonly perSecond: number;
}

export interface CertificateChangeResult {
  readonly load: ApplyLoadResult;
  /** Calls of the mutating webhook that failed, which no apply tells. */
  readonly notMutated: number;
}

async function trustedPem(client: AdminClient): Promise<string> {
  const [path = ''] = REGISTRATIONS;
  const { body } = await client.send({ method: 'GET', path });
  const [{ clientConfig }] = registrationSchema.parse(JSON.parse(body)).webhooks;
  return Buffer.from(clientConfig.caBundle, 'base64').toString();
}

async function trust(client: AdminClient, pem: string): Promise<void> {
  const value = Buffer.from(pem).toString('base64');
  const body = JSON.stringify([
    { op: 'replace', path: '/webhooks/0/clientConfig/caBundle', value },
  ]);
  const contentType = 'application/json-patch+json';
  for (const path of REGISTRATIONS) {
    const answer = await client.send({ method: 'PATCH', path, contentType, body });
    if (answer.status !== 200) throw new Error(answer.body);
  }
}

async function reloads({ operationsUrl }: ClusterProcess): Promise<number> {
  const text = await (await fetch(`${operationsUrl}/metrics`)).text();
  return Number(/certificate_reloads_total\{result="success"\} (\d+)/.exec(text)?.[1]);
}

/** Replaces a file as a whole. */
async function replaceFile(file: string, content: string): Promise<void> {
  await writeFile(`${file}.next`, content);
  await rename(`${file}.next`, file);
}

/** Writes a certificate of a new authority and waits until every webhook serves it. */
async function serveNew(cluster: Cluster, authority: ReturnType<typeof createAuthority>) {
  const webhooks = cluster.processes.filter(({ name }) => name.startsWith('webhook'));
  const before = await Promise.all(webhooks.map(reloads));
  const validity = { now: new Date(), validDays: 1 };
  const server = { commonName: 'webhook', addresses: ['127.0.0.1'], usages: ['server'] } as const;
  const { certificatePem, keyPem } = authority.issue({ ...server, ...validity });
  const directory = dirname(cluster.environment.KUBECONFIG);
  await replaceFile(join(directory, 'webhook.crt'), certificatePem);
  await replaceFile(join(directory, 'webhook.key'), keyPem);
  for (const [index, webhook] of webhooks.entries()) {
    while ((await reloads(webhook)) === before[index]);
  }
}

/** Replaces authority and certificate of the webhooks as cert-manager does, again and again. */
export async function changeCertificatesUnderLoad(
  options: CertificateChangeOptions,
): Promise<CertificateChangeResult> {
  const { cluster, changes, perSecond } = options;
  const client = createAdminClient(cluster);
  const before = await admissionCalls(cluster);
  const load = startApplyLoad({ cluster, perSecond, providers: PROVIDERS });
  for (let change = 0; change < changes; change += 1) {
    const authority = createAuthority({ commonName: 'next', validDays: 1, now: new Date() });
    await trust(client, `${await trustedPem(client)}\n${authority.certificatePem}`);
    await load.answered(APPLIES_BETWEEN);
    await serveNew(cluster, authority);
    await load.answered(APPLIES_BETWEEN);
    await trust(client, authority.certificatePem);
    await load.answered(APPLIES_BETWEEN);
  }
  const result = await load.stop();
  const after = await admissionCalls(cluster);
  await client.close();
  return { load: result, notMutated: after.notMutated - before.notMutated };
}
