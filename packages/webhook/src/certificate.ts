import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { StartupError } from '@mailprovider/process';
import type { WebhookConfig } from './config.ts';

export interface ServingCertificate {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

async function read(flag: string, file: string): Promise<Buffer> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new StartupError(`${flag} ${file}: cannot be read (${error.code})`);
  });
}

/** Reads certificate and key; throws `StartupError` naming flag and file if they cannot serve. */
export async function loadCertificate(
  config: Pick<WebhookConfig, 'tlsCertFile' | 'tlsPrivateKeyFile'>,
): Promise<ServingCertificate> {
  const { tlsCertFile, tlsPrivateKeyFile } = config;
  const cert = await read('--tls-cert-file', tlsCertFile);
  const key = await read('--tls-private-key-file', tlsPrivateKeyFile);
  try {
    createSecureContext({ cert, key });
  } catch {
    throw new StartupError(
      `--tls-cert-file ${tlsCertFile} and --tls-private-key-file ${tlsPrivateKeyFile}: not a PEM certificate and its key`,
    );
  }
  return { cert, key };
}
