import { join } from 'node:path';

/** Servers that a process may have; it names them where it logs that it serves. */
export type ServerName = 'webhook' | 'operations';

/** What a process of the cluster is given to start with. */
export interface ProcessInputs {
  readonly kubeconfig: string;
  readonly credentialsNamespace: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** A process that runs against the API server as a ServiceAccount of its own. */
export interface ProcessSpec {
  /** Unique in a cluster; what messages and its log file are called by. */
  readonly name: string;
  /** ServiceAccount in mailprovider-system. */
  readonly serviceAccount: string;
  /** The JavaScript file to run with Node. */
  readonly script: string;
  readonly servers: readonly ServerName[];
  flags(inputs: ProcessInputs): readonly string[];
}

const PACKAGES = join(import.meta.dirname, '../..');
const ANY_LOOPBACK_PORT = '127.0.0.1:0';

const webhook: ProcessSpec = {
  name: 'webhook',
  serviceAccount: 'mailprovider-webhook',
  script: join(PACKAGES, 'webhook/dist/main.js'),
  servers: ['webhook', 'operations'],
  flags: ({ kubeconfig, credentialsNamespace, certificateFile, keyFile }) => [
    '--kubeconfig',
    kubeconfig,
    '--bind-address',
    '127.0.0.1',
    '--secure-port',
    '0',
    '--tls-cert-file',
    certificateFile,
    '--tls-private-key-file',
    keyFile,
    '--credentials-namespace',
    credentialsNamespace,
    '--metrics-bind-address',
    ANY_LOOPBACK_PORT,
  ],
};

const health: ProcessSpec = {
  name: 'health',
  serviceAccount: 'mailprovider-health',
  script: join(PACKAGES, 'health/dist/main.js'),
  servers: ['operations'],
  flags: ({ kubeconfig, credentialsNamespace }) => [
    '--kubeconfig',
    kubeconfig,
    '--credentials-namespace',
    credentialsNamespace,
    '--metrics-bind-address',
    ANY_LOOPBACK_PORT,
    '--allow-loopback',
  ],
};

/** The processes of a cluster, unless it is started with others. */
export const DEFAULT_PROCESSES: readonly ProcessSpec[] = [webhook, health];
