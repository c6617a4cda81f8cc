import { join } from 'node:path';
import { readManifests } from '@mailprovider/cluster/manifests';
import { redirectRegistration } from '@mailprovider/cluster/registrations';
import {
  ApiConnection,
  loadKubeConfig,
  sharedSecret,
  webhookRegistrations,
} from '@mailprovider/kube';
import { type Clock, createLogger, systemClock } from '@mailprovider/process';
import type { RotationSettings } from '@mailprovider/webhook/certificates/rotation';
import {
  DEFAULT_ROTATION,
  startSelfManagedSource,
} from '@mailprovider/webhook/certificates/self-managed-source';
import { REGISTRATIONS } from '@mailprovider/webhook/certificates/start-source';
import { execa } from 'execa';
import type { Test } from 'tap';
import { requiredPrograms } from '../cluster/control-plane.ts';
import { certificateMetrics } from '../webhook/certificates/certificates.ts';
import { logLines } from '../webhook/certificates/log-lines.ts';
import { startTestCluster } from './test-cluster.ts';

export const MANIFESTS = join(import.meta.dirname, '../../../manifests');
export const NAMESPACE = 'mailprovider-system';
const silent = createLogger('test', 'silent');

/** A cluster whose certificates a test may change. */
export async function certificateCluster(t: Test) {
  const cluster = await startTestCluster(t);
  const { KUBECONFIG } = cluster.environment;
  const connection = new ApiConnection(loadKubeConfig(KUBECONFIG));
  t.teardown(() => connection.close());
  const kubectl = (args: readonly string[], input: object | string = '') =>
    execa(requiredPrograms().kubectl, args, {
      input: typeof input === 'string' ? input : JSON.stringify(input),
      reject: false,
      env: { ...cluster.environment },
    });
  const { registrations } = await readManifests(MANIFESTS);

  return {
    kubeconfig: KUBECONFIG,
    connection,
    kubectl,
    registrations: webhookRegistrations(connection, REGISTRATIONS, silent),
    secret: (name: string) => sharedSecret(connection, { namespace: NAMESPACE, name }, silent),
    /** Removes our registrations and creates them anew without a caBundle, for that URL if given. */
    async registerAnew(url?: string) {
      for (const { kind, name } of REGISTRATIONS) {
        await kubectl(['delete', `${kind}webhookconfiguration`, name, '--ignore-not-found']);
      }
      for (const manifest of registrations) {
        const endpoint = { url: url ?? '', authorityPem: '' };
        const registration =
          url === undefined ? manifest : redirectRegistration(manifest, endpoint);
        await kubectl(['create', '-f', '-'], registration);
      }
    },
    /** Starts to keep a certificate in the Secret of that name, as a replica of the webhook does. */
    start: (t: Test, name: string, options: ReplicaOptions = {}) =>
      startReplica(t, connection, name, options),
  };
}

export interface ReplicaOptions {
  readonly clock?: Clock;
  readonly settings?: Partial<RotationSettings>;
}

async function startReplica(
  t: Test,
  connection: ApiConnection,
  name: string,
  { clock = systemClock, settings = {} }: ReplicaOptions,
) {
  const { metrics, registry, reloads } = certificateMetrics();
  const { stream, lines } = logLines();
  const logger = createLogger('test', 'info', stream);
  const source = await startSelfManagedSource({
    store: sharedSecret(connection, { namespace: NAMESPACE, name }, logger),
    registrations: webhookRegistrations(connection, REGISTRATIONS, logger),
    settings: { ...DEFAULT_ROTATION, names: ['127.0.0.1'], ...settings },
    logger,
    metrics,
    clock,
  });
  t.teardown(() => source.close());
  return { source, lines, registry, reloads };
}

export type CertificateCluster = Awaited<ReturnType<typeof certificateCluster>>;
export type Replica = Awaited<ReturnType<typeof startReplica>>;
