import { StartupError } from '@mailprovider/process';
import type { CertificateFiles } from '@mailprovider/process/certificates/certificate-files';

/** Where the certificate of the webhook comes from. */
export type CertificateSettings =
  | ({ readonly from: 'files' } & CertificateFiles)
  | {
      readonly from: 'secret';
      readonly namespace: string;
      readonly name: string;
      /** DNS names and IP addresses that the webhook is reached by. */
      readonly names: readonly string[];
    };

/** The flags as they were given. */
export interface CertificateFlags {
  readonly tlsCertFile?: string;
  readonly tlsPrivateKeyFile?: string;
  readonly tlsSecretName?: string;
  readonly tlsSecretNamespace: string;
  readonly tlsDnsNames: readonly string[];
  readonly credentialsNamespace: string;
}

/** Throws `StartupError` naming the flags that are missing or contradict each other. */
export function certificateSettings(flags: CertificateFlags): CertificateSettings {
  const { tlsCertFile, tlsPrivateKeyFile, tlsSecretName: name } = flags;
  const namesFiles = tlsCertFile !== undefined || tlsPrivateKeyFile !== undefined;
  if (name !== undefined && namesFiles) {
    throw new StartupError('--tls-secret-name excludes --tls-cert-file and --tls-private-key-file');
  }
  if (name !== undefined) {
    const { tlsSecretNamespace: namespace, tlsDnsNames: names, credentialsNamespace } = flags;
    if (namespace === credentialsNamespace) {
      throw new StartupError(
        `--tls-secret-namespace ${namespace}: is the namespace of --credentials-namespace, from where a MailProvider can have any Secret sent`,
      );
    }
    return { from: 'secret', namespace, name, names };
  }
  if (tlsCertFile === undefined || tlsPrivateKeyFile === undefined) {
    const missing =
      tlsCertFile === undefined ? '--tls-cert-file <file>' : '--tls-private-key-file <file>';
    throw new StartupError(`required option '${missing}' not specified (or --tls-secret-name)`);
  }
  return { from: 'files', certFile: tlsCertFile, keyFile: tlsPrivateKeyFile };
}
