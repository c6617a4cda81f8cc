import { join } from 'node:path';

/** Servers that a process may have; it names them where it logs that it serves. */
export type ServerName = 'webhook' | 'operations' | 'submit';

/** What a process of the cluster is given to start with. */
export interface ProcessInputs {
  readonly kubeconfig: string;
  readonly credentialsNamespace: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** For folders with what a process keeps, by its name; it outlives the process. */
  readonly dataDirectory: string;
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

function webhook(name: string, extraFlags: readonly string[]): ProcessSpec {
  return {
    name,
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
      ...extraFlags,
    ],
  };
}

function health(name: string, extraFlags: readonly string[]): ProcessSpec {
  return {
    name,
    serviceAccount: 'mailprovider-health',
    script: join(PACKAGES, 'health/bin/mailprovider-health.js'),
    servers: ['operations'],
    flags: ({ kubeconfig, credentialsNamespace }) => [
      '--kubeconfig',
      kubeconfig,
      '--credentials-namespace',
      credentialsNamespace,
      '--metrics-bind-address',
      ANY_LOOPBACK_PORT,
      '--allow-loopback',
      ...extraFlags,
    ],
  };
}

function sender(name: string, extraFlags: readonly string[]): ProcessSpec {
  return {
    name,
    serviceAccount: 'mailprovider-sender',
    script: join(PACKAGES, 'sender/bin/mailprovider-sender.js'),
    servers: ['operations', 'submit'],
    flags: ({ kubeconfig, credentialsNamespace, dataDirectory }) => [
      '--kubeconfig',
      kubeconfig,
      '--credentials-namespace',
      credentialsNamespace,
      '--bind-address',
      ANY_LOOPBACK_PORT,
      '--token-review',
      '--data-dir',
      join(dataDirectory, name),
      '--metrics-bind-address',
      ANY_LOOPBACK_PORT,
      '--allow-loopback',
      ...extraFlags,
    ],
  };
}

export interface DefaultProcessOptions {
  /** How many webhook processes; default 1. */
  readonly webhooks?: number;
  /** How many health processes; default 1. */
  readonly health?: number;
  /** Whether there is a sender process; default true. */
  readonly sender?: boolean;
  /** For each webhook process, after its own flags. */
  readonly webhookFlags?: readonly string[];
  /** For each health process, after its own flags. */
  readonly healthFlags?: readonly string[];
  /** For the sender process, after its own flags. */
  readonly senderFlags?: readonly string[];
}

/** `webhook`, `webhook-2`, `webhook-3` and so on. */
function numbered(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => (index === 0 ? name : `${name}-${index + 1}`));
}

/** The processes of a cluster, unless it is started with others. */
export function defaultProcesses(options: DefaultProcessOptions = {}): readonly ProcessSpec[] {
  const { webhooks = 1, health: healths = 1, sender: hasSender = true } = options;
  const { webhookFlags = [], healthFlags = [], senderFlags = [] } = options;
  return [
    ...numbered('webhook', webhooks).map((name) => webhook(name, webhookFlags)),
    ...numbered('health', healths).map((name) => health(name, healthFlags)),
    ...(hasSender ? [sender('sender', senderFlags)] : []),
  ];
}
