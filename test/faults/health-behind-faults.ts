import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '@mailprovider/cluster';
import { ApiConnection, loadKubeConfig } from '@mailprovider/kube';
import type { Test } from 'tap';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { launch } from '../acceptance/launch.ts';
import { type FaultSource, startFaultProxy } from './fault-proxy.ts';

const kubeconfigSchema = z.looseObject({
  clusters: z.tuple([
    z.looseObject({
      name: z.string(),
      cluster: z.object({ server: z.string(), 'certificate-authority-data': z.base64() }),
    }),
  ]),
  users: z.tuple([z.looseObject({ name: z.string() })]),
});

/** The admin's connection to the cluster, without faults. */
export function adminConnection(
  t: Test,
  { environment }: Pick<Cluster, 'environment'>,
): ApiConnection {
  const connection = new ApiConnection(loadKubeConfig(environment.KUBECONFIG));
  t.teardown(() => connection.close());
  return connection;
}

/** A token of the ServiceAccount of health, for an hour. */
export async function healthToken(admin: ApiConnection): Promise<string> {
  const path = '/api/v1/namespaces/mailprovider-system/serviceaccounts/mailprovider-health/token';
  const { body } = await admin.request({ method: 'POST', path, body: {} });
  return z.object({ status: z.object({ token: z.string() }) }).parse(body).status.token;
}

/** A test may start several processes, and has one `testdir`. */
async function temporaryFile(t: Test, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailprovider-test-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'kubeconfig');
  await writeFile(file, content, { mode: 0o600 });
  return file;
}

/** A health process with the rights of health, behind a proxy with that source of faults. */
export async function startHealthBehindFaults(
  t: Test,
  { environment }: Cluster,
  token: string,
  faults: FaultSource,
  flags: readonly string[],
) {
  const config = kubeconfigSchema.parse(parse(readFileSync(environment.KUBECONFIG, 'utf8')));
  const [{ name, cluster }] = config.clusters;
  const upstreamCa = Buffer.from(cluster['certificate-authority-data'], 'base64').toString();
  const proxy = await startFaultProxy(t, { url: cluster.server, ca: upstreamCa }, faults);
  const kubeconfig = stringify({
    ...config,
    clusters: [
      {
        name,
        cluster: {
          server: proxy.url,
          'certificate-authority-data': Buffer.from(proxy.ca).toString('base64'),
        },
      },
    ],
    users: [{ name: config.users[0].name, user: { token } }],
  });
  const { child, serving } = launch(t, 'health', [
    ...['--kubeconfig', await temporaryFile(t, kubeconfig)],
    ...['--metrics-bind-address', '127.0.0.1:0', '--allow-loopback'],
    ...flags,
  ]);
  const operationsUrl = await serving('operations');
  // What nobody reads would stop the process.
  child.stdout.resume();
  return { child, pid: child.pid ?? 0, operationsUrl };
}
