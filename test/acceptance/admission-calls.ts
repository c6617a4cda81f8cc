import type { Cluster } from '@mailprovider/cluster';
import { type AdminClient, createAdminClient } from './admin-client.ts';

/** The sum of the API server's metrics whose line begins with `name` and contains `label`. */
async function metric(client: AdminClient, name: string, label: string): Promise<number> {
  const { body } = await client.send({ method: 'GET', path: '/metrics' });
  const lines = body.split('\n').filter((line) => line.startsWith(name) && line.includes(label));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** How often the API server got an answer for validation, and how often it did without mutation. */
export async function admissionCalls(cluster: Pick<Cluster, 'environment'>) {
  const client = createAdminClient(cluster);
  const requests = 'apiserver_admission_webhook_request_total{code="200"';
  const failedOpen = 'apiserver_admission_webhook_fail_open_count';
  const validated = await metric(client, requests, 'type="validating"');
  const notMutated = await metric(client, failedOpen, 'type="admit"');
  await client.close();
  return { validated, notMutated };
}
