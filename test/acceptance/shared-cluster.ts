import { readFileSync } from 'node:fs';
import process from 'node:process';
import { API_VERSION } from '@mailprovider/provider/identity';
import { execa } from 'execa';

/** The cluster that `npm test` runs in; absent when there is no API server to be had. */
export interface SharedCluster {
  readonly host: string;
  readonly port: number;
  readonly smtpsPort: number;
  /** PEM of the sink's certificate authority. */
  readonly certificateAuthority: string;
  readonly username: string;
  readonly password: string;
  readonly metricsUrls: readonly string[];
  readonly namespace: string;
  readonly submitUrl: string;
  readonly submitToken: string;
  readonly mailboxUrl: string;
  /** Runs kubectl; `input` is what it finds on its standard input. */
  kubectl(args: readonly string[], input?: unknown): Promise<Kubectl>;
}

export interface Kubectl {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Why the tests of a cluster are skipped, or false; `npm test` says on its own what is missing. */
export const WITHOUT_CLUSTER =
  process.env['MAILPROVIDER_NAMESPACE'] === undefined && 'no kube-apiserver; see CONTRIBUTING.md';

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

export function sharedCluster(): SharedCluster {
  return {
    host: required('MAILPROVIDER_SMTP_HOST'),
    port: Number(required('MAILPROVIDER_SMTP_PORT')),
    smtpsPort: Number(required('MAILPROVIDER_SMTPS_PORT')),
    certificateAuthority: readFileSync(required('MAILPROVIDER_SMTP_CA'), 'utf8'),
    username: required('MAILPROVIDER_SMTP_USERNAME'),
    password: required('MAILPROVIDER_SMTP_PASSWORD'),
    metricsUrls: required('MAILPROVIDER_METRICS_URLS').split(' '),
    namespace: required('MAILPROVIDER_NAMESPACE'),
    submitUrl: required('MAILPROVIDER_SUBMIT_URL'),
    submitToken: required('MAILPROVIDER_SUBMIT_TOKEN'),
    mailboxUrl: required('MAILPROVIDER_MAILBOX_URL'),
    kubectl: async (args, input) => {
      const text = typeof input === 'string' ? input : JSON.stringify(input);
      const { exitCode, stdout, stderr } = await execa('kubectl', args, {
        reject: false,
        ...(input === undefined ? {} : { input: text }),
      });
      return { exitCode, stdout, stderr };
    },
  };
}

/** A MailProvider that talks to the sink by STARTTLS and authenticates with that Secret. */
export function providerOf(cluster: SharedCluster, name: string, smtp: object = {}) {
  return {
    apiVersion: API_VERSION,
    kind: 'MailProvider',
    metadata: { name },
    spec: {
      smtp: {
        host: cluster.host,
        port: cluster.port,
        username: cluster.username,
        passwordRef: { name, key: 'password' },
        certificateAuthority: cluster.certificateAuthority,
        ...smtp,
      } as Record<string, unknown>,
      sender: { address: 'noreply@example.com' } as Record<string, unknown>,
    } as Record<string, unknown>,
  };
}

export function secretOf(name: string, stringData: Readonly<Record<string, string>>) {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'Opaque', stringData };
}
