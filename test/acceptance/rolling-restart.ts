import type { Cluster } from '@mailprovider/cluster';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { type ApplyLoadResult, startApplyLoad } from './apply-load.ts';

/** What is applied between two steps, so that the load meets each state. */
const APPLIES_BETWEEN = 300;
const PROVIDERS = 50;

export interface RollingRestartOptions {
  readonly cluster: Cluster;
  /** How often every webhook is restarted. */
  readonly rolls: number;
  /** Applies a second meanwhile. */
  readonly perSecond: number;
}

export interface RollingRestartResult {
  readonly load: ApplyLoadResult;
  /** Of the webhooks that were stopped. */
  readonly exitCodes: readonly (number | null)[];
  /** Calls that the validating webhook answered. */
  readonly validated: number;
  /** Calls of the mutating webhook that failed, which no apply tells. */
  readonly notMutated: number;
}

/** The sum of the API server's metrics whose line begins with `name` and contains `label`. */
async function metric(client: AdminClient, name: string, label: string): Promise<number> {
  const { body } = await client.send({ method: 'GET', path: '/metrics' });
  const lines = body.split('\n').filter((line) => line.startsWith(name) && line.includes(label));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

async function admissionCalls(cluster: Cluster) {
  const client = createAdminClient(cluster);
  const requests = 'apiserver_admission_webhook_request_total{code="200"';
  const failedOpen = 'apiserver_admission_webhook_fail_open_count';
  const validated = await metric(client, requests, 'type="validating"');
  const notMutated = await metric(client, failedOpen, 'type="admit"');
  await client.close();
  return { validated, notMutated };
}

/** Restarts the webhooks one after the other by SIGTERM, each when the one before is ready again. */
export async function restartUnderLoad(
  options: RollingRestartOptions,
): Promise<RollingRestartResult> {
  const { cluster, rolls, perSecond } = options;
  const webhooks = cluster.processes.filter(({ name }) => name.startsWith('webhook'));
  const before = await admissionCalls(cluster);
  const load = startApplyLoad({ cluster, perSecond, providers: PROVIDERS });
  const exitCodes: (number | null)[] = [];
  await load.answered(APPLIES_BETWEEN);
  for (let roll = 0; roll < rolls; roll += 1) {
    for (const webhook of webhooks) {
      exitCodes.push(await webhook.stop());
      await webhook.start();
      await load.answered(APPLIES_BETWEEN);
    }
  }
  const result = await load.stop();
  const after = await admissionCalls(cluster);
  return {
    load: result,
    exitCodes,
    validated: after.validated - before.validated,
    notMutated: after.notMutated - before.notMutated,
  };
}
