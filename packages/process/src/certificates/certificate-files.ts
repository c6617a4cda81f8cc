import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { StartupError } from '../startup-error.ts';
import type { ServingCertificate } from './certificate-source.ts';

/** Paths of a PEM certificate chain and of its private key. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

async function read(flag: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new StartupError(`${flag} ${file}: cannot be read (${error.code})`);
  });
}

/** Reads certificate and key; throws `StartupError` naming flag and file if they cannot serve. */
export async function readCertificateFiles(files: CertificateFiles): Promise<ServingCertificate> {
  const { certFile, keyFile } = files;
  const cert = await read('--tls-cert-file', certFile);
  const key = await read('--tls-private-key-file', keyFile);
  try {
    createSecureContext({ cert, key });
    new X509Certificate(cert);
  } catch {
    throw new StartupError(
      `--tls-cert-file ${certFile} and --tls-private-key-file ${keyFile}: not a PEM certificate and its key`,
    );
  }
  return { cert, key };
}
