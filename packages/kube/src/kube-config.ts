import { readFileSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { StartupError } from '@mailprovider/process';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

const withUsers = z.looseObject({
  users: z
    .array(z.looseObject({ user: z.looseObject({ tokenFile: z.string().optional() }).optional() }))
    .optional(),
});

/**
 * client-node reads a user's `tokenFile` not at all, but the file of its "tokenFile" provider again
 * every 60 s, as client-go does; so the one is written as the other.
 */
function withTokenFiles(kubeconfig: string, folder: string): string {
  const config = withUsers.parse(parse(kubeconfig));
  for (const { user } of config.users ?? []) {
    if (user?.tokenFile === undefined) continue;
    const tokenFile = resolve(folder, user.tokenFile);
    user['auth-provider'] = { name: 'tokenFile', config: { tokenFile } };
  }
  return stringify(config);
}

function parseKubeConfig(file: string): string {
  try {
    return withTokenFiles(readFileSync(file, 'utf8'), dirname(file));
  } catch (error) {
    // A YAML error quotes the line, which may hold a token.
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    throw new StartupError(`kubeconfig ${file}: cannot be read as YAML${code}`);
  }
}

function loadFromFile(file: string): KubeConfig {
  if (file.includes(delimiter)) {
    throw new StartupError(`KUBECONFIG names several files (${file}): name one by --kubeconfig`);
  }
  const kubeConfig = new KubeConfig();
  try {
    kubeConfig.loadFromString(parseKubeConfig(file));
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw new StartupError(`kubeconfig ${file}: is not a kubeconfig`);
  }
  kubeConfig.makePathsAbsolute(dirname(file));
  return kubeConfig;
}

function loadFromPod(): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromCluster();
  return kubeConfig;
}

/**
 * Loads the connection settings: the kubeconfig file if one is named, else those that a pod has.
 *
 * Throws `StartupError` naming the file, or saying that this is no pod.
 */
export function loadKubeConfig(file: string | undefined): KubeConfig {
  const kubeConfig = file === undefined ? loadFromPod() : loadFromFile(file);
  const server = kubeConfig.getCurrentCluster()?.server;
  if (server === undefined || !URL.canParse(server)) {
    throw new StartupError(
      file === undefined
        ? 'not running in a pod: name a kubeconfig by --kubeconfig'
        : `kubeconfig ${file}: its current context names no cluster with a server`,
    );
  }
  return kubeConfig;
}
