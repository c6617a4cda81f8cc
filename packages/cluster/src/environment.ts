import { delimiter, dirname } from 'node:path';
import type { Sink } from './sink.ts';

/** What a command in the cluster finds in its environment. */
export interface ClusterEnvironment {
  readonly PATH: string;
  /** Kubeconfig of the admin; its context has the namespace of the credentials. */
  readonly KUBECONFIG: string;
  /** Where kubectl caches what the API server offers: gone with the cluster. */
  readonly KUBECACHEDIR: string;
  /** The one namespace that credential Secrets are read from. */
  readonly MAILPROVIDER_NAMESPACE: string;
  readonly MAILPROVIDER_SMTP_HOST: string;
  /** Plain, STARTTLS and AUTH offered, none required. */
  readonly MAILPROVIDER_SMTP_PORT: string;
  /** Implicit TLS. */
  readonly MAILPROVIDER_SMTPS_PORT: string;
  /** PEM file of the authority of the SMTP server's certificate. */
  readonly MAILPROVIDER_SMTP_CA: string;
  readonly MAILPROVIDER_SMTP_USERNAME: string;
  readonly MAILPROVIDER_SMTP_PASSWORD: string;
  /** Answers a GET with the received messages as a JSON list. */
  readonly MAILPROVIDER_MAILBOX_URL: string;
  /** The submit API of the sender, without a path; empty where there is no sender. */
  readonly MAILPROVIDER_SUBMIT_URL: string;
  /** Of a caller of the submit API that may do everything: `Authorization: Bearer TOKEN`. */
  readonly MAILPROVIDER_SUBMIT_TOKEN: string;
  /** Separated by spaces, one a process that has metrics. */
  readonly MAILPROVIDER_METRICS_URLS: string;
}

export interface EnvironmentSources {
  /** PATH outside the cluster. */
  readonly path: string;
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly kubectlCache: string;
  readonly credentialsNamespace: string;
  readonly sink: Sink;
  readonly sinkAuthorityFile: string;
  readonly submitUrl: string;
  readonly submitToken: string;
  readonly operationsUrls: readonly string[];
}

/** Where kubectl is found first, without a change of order if it is found already. */
function pathWith(program: string, path: string): string {
  const directory = dirname(program);
  return path.split(delimiter).includes(directory) ? path : `${directory}${delimiter}${path}`;
}

export function clusterEnvironment(sources: EnvironmentSources): ClusterEnvironment {
  const { sink } = sources;
  return {
    PATH: pathWith(sources.kubectl, sources.path),
    KUBECONFIG: sources.kubeconfig,
    KUBECACHEDIR: sources.kubectlCache,
    MAILPROVIDER_NAMESPACE: sources.credentialsNamespace,
    MAILPROVIDER_SMTP_HOST: sink.host,
    MAILPROVIDER_SMTP_PORT: String(sink.mailbox.smtpPort),
    MAILPROVIDER_SMTPS_PORT: String(sink.mailbox.smtpsPort),
    MAILPROVIDER_SMTP_CA: sources.sinkAuthorityFile,
    MAILPROVIDER_SMTP_USERNAME: sink.credentials.username,
    MAILPROVIDER_SMTP_PASSWORD: sink.credentials.password,
    MAILPROVIDER_MAILBOX_URL: sink.mailbox.url,
    MAILPROVIDER_SUBMIT_URL: sources.submitUrl,
    MAILPROVIDER_SUBMIT_TOKEN: sources.submitToken,
    MAILPROVIDER_METRICS_URLS: sources.operationsUrls.map((url) => `${url}/metrics`).join(' '),
  };
}

/** A script that sets `environment` in a shell that has a PATH of its own. */
export function shellScript({ PATH, ...variables }: ClusterEnvironment, kubectl: string): string {
  const quote = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`);
  return [...lines, `export PATH=${quote(dirname(kubectl))}:"$PATH"`, ''].join('\n');
}
