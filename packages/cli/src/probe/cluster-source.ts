import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '@mailprovider/process';
import type { ProbeSource } from './source.ts';

export interface ClusterOptions {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly credentialsNamespace: string;
  readonly allowLoopback: boolean;
}

/**
 * One MailProvider of a cluster, and its Secrets, read with the rights of the kubeconfig.
 *
 * Throws `StartupError` if there is no such provider or kubeconfig, `ApiError` if the cluster does
 * not answer.
 */
export async function openCluster(name: string, options: ClusterOptions): Promise<ProbeSource> {
  // Loaded here, and only here: the client of the API server takes longer to load than a probe.
  const { ApiConnection, kubeSecretReader, loadKubeConfig, mailProviders, secrets } = await import(
    '@mailprovider/kube'
  );
  const { credentialsNamespace, allowLoopback, context } = options;
  const kubeConfig = loadKubeConfig(options.kubeconfig ?? usualKubeConfig());
  if (context !== undefined) {
    if (kubeConfig.getContextObject(context) === null) {
      throw new StartupError(`--context: the kubeconfig has no context "${context}"`);
    }
    kubeConfig.setCurrentContext(context);
  }
  const connection = new ApiConnection(kubeConfig);
  const close = () => connection.close();
  try {
    const providers = await mailProviders(connection).list();
    const provider = providers.find(({ metadata }) => metadata.name === name);
    if (provider === undefined) {
      throw new StartupError(`mailprovider "${name}" is not in the cluster`);
    }
    return {
      providers: [provider],
      secrets: kubeSecretReader(secrets(connection, credentialsNamespace)),
      credentialsNamespace,
      allowLoopback,
      problems: [],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where kubectl looks too; a pod has none. */
function usualKubeConfig(): string | undefined {
  const file = join(homedir(), '.kube', 'config');
  return existsSync(file) ? file : undefined;
}
