import { stringify } from 'yaml';

/** How a user of the API server proves who it is. */
export type KubeUser =
  | { readonly tokenFile: string }
  | { readonly certificatePem: string; readonly keyPem: string };

export interface KubeconfigOptions {
  readonly server: string;
  readonly authorityPem: string;
  readonly user: KubeUser;
  readonly namespace: string;
}

const NAME = 'mailprovider';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function userEntry(user: KubeUser): object {
  if ('tokenFile' in user) return { tokenFile: user.tokenFile };
  return {
    'client-certificate-data': base64(user.certificatePem),
    'client-key-data': base64(user.keyPem),
  };
}

/** The text of a kubeconfig file for one user of one API server. */
export function kubeconfig({ server, authorityPem, user, namespace }: KubeconfigOptions): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: NAME, cluster: { server, 'certificate-authority-data': base64(authorityPem) } },
    ],
    users: [{ name: NAME, user: userEntry(user) }],
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME, namespace } }],
    'current-context': NAME,
  });
}
