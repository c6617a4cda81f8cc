import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessSpec } from '@mailprovider/cluster';
import { ApiConnection, leases, loadKubeConfig, mailProviders } from '@mailprovider/kube';
import { API_VERSION, PLURAL } from '@mailprovider/provider/identity';
import { execa } from 'execa';
import type { Test } from 'tap';
import { parse, stringify } from 'yaml';
import { startTestCluster } from './test-cluster.ts';

const COLLECTION = `/apis/${API_VERSION}/${PLURAL}`;

/** A cluster of its own with an admin's connection to it, for tests in which processes end. */
export async function ownCluster(t: Test, processes?: readonly ProcessSpec[]) {
  const cluster = await startTestCluster(t, processes);
  const { KUBECONFIG } = cluster.environment;
  const connection = new ApiConnection(loadKubeConfig(KUBECONFIG));
  t.teardown(() => connection.close());
  const kubectl = async (args: readonly string[], input: object = {}) => {
    const env = { ...cluster.environment };
    const options = { input: JSON.stringify(input), reject: false, env } as const;
    const { exitCode, stdout, stderr } = await execa('kubectl', args, options);
    return { exitCode, stdout, stderr };
  };
  const request = (method: 'POST' | 'PATCH' | 'DELETE', name: string, body?: object) =>
    connection.request({
      method,
      path: name === '' ? COLLECTION : `${COLLECTION}/${name}`,
      ...(body === undefined ? {} : { body }),
      ...(method === 'PATCH' ? { contentType: 'application/merge-patch+json' } : {}),
    });
  return {
    environment: cluster.environment,
    kubectl,
    leases: leases(connection, 'mailprovider-system'),
    providers: mailProviders(connection),
    create: (provider: object) => request('POST', '', provider),
    patch: (name: string, change: object) => request('PATCH', name, change),
    remove: (name: string) => request('DELETE', name),
    /** Changes a Secret, and none of its values. */
    annotateSecret: (name: string, annotations: Readonly<Record<string, string>>) =>
      connection.request({
        method: 'PATCH',
        path: `/api/v1/namespaces/${cluster.environment.MAILPROVIDER_NAMESPACE}/secrets/${name}`,
        body: { metadata: { annotations } },
        contentType: 'application/merge-patch+json',
      }),
    /** A kubeconfig with the rights of health. */
    async healthKubeconfig() {
      const account = ['mailprovider-health', '--namespace=mailprovider-system'];
      const { stdout: token } = await kubectl(['create', 'token', ...account]);
      const admin = parse(readFileSync(KUBECONFIG, 'utf8'));
      const users = [{ name: admin.users[0].name, user: { token } }];
      const text = stringify({ ...admin, users });
      return join(t.testdir({ kubeconfig: text }), 'kubeconfig');
    },
  };
}

export type OwnCluster = Awaited<ReturnType<typeof ownCluster>>;

/** A provider without a password. */
export function anonymousProvider(name: string, spec: { port: number; default?: boolean }) {
  return {
    apiVersion: API_VERSION,
    kind: 'MailProvider',
    metadata: { name },
    spec: {
      default: spec.default ?? false,
      smtp: { host: '127.0.0.1', port: spec.port },
      sender: { address: 'noreply@example.com' },
    },
  };
}
