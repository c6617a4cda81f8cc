import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
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

/**
 * Loads the connection settings: the kubeconfig file if one is named, else those that a pod has.
 *
 * Throws when the file is missing or is no kubeconfig.
 */
export function loadKubeConfig(file: string | undefined): KubeConfig {
  const kubeConfig = new KubeConfig();
  if (file === undefined) {
    kubeConfig.loadFromCluster();
    return kubeConfig;
  }
  const folder = dirname(file);
  kubeConfig.loadFromString(withTokenFiles(readFileSync(file, 'utf8'), folder));
  kubeConfig.makePathsAbsolute(folder);
  return kubeConfig;
}
