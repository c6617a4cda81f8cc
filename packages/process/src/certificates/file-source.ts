import { X509Certificate } from 'node:crypto';
import { dirname } from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { StartupError } from '../startup-error.ts';
import { type CertificateFiles, readCertificateFiles } from './certificate-files.ts';
import type { CertificateSource, ServingCertificate } from './certificate-source.ts';
import { createRunLoop } from './run-loop.ts';
import { ServedCertificate } from './served-certificate.ts';
import { watchFolders } from './watch-folders.ts';

/** Finds what a watch of the folders does not tell, as controller-runtime's certwatcher does. */
const POLL_INTERVAL_MS = 10_000;
/** Two files are seldom written in one instant: read them when the folder has been quiet. */
const QUIET_MS = 100;

/** Is told what becomes of the files. */
export interface FileSourceObserver {
  /** When the certificate in use ends. */
  ends(kind: 'leaf', at: Date): void;
  /** Another certificate is in use, or one could not be read. */
  reloaded(result: 'success' | 'error'): void;
}

export interface FileSourceDeps {
  readonly logger: Pick<Logger, 'info' | 'error'>;
  readonly metrics?: FileSourceObserver;
  readonly clock?: Clock;
}

/** Both files may be exchanged between the reading of the one and of the other. */
async function readTwice(files: CertificateFiles): Promise<ServingCertificate> {
  return readCertificateFiles(files).catch(() => readCertificateFiles(files));
}

/**
 * Serves the pair in two files and takes each later one, also across the symbolic links by which
 * the kubelet exchanges the files of a volume. A pair that cannot serve leaves the last one in use.
 *
 * Throws `StartupError` naming flag and file if the first pair cannot serve.
 */
export async function startFileSource(
  files: CertificateFiles,
  { logger, metrics, clock = systemClock }: FileSourceDeps,
): Promise<CertificateSource> {
  const first = await readCertificateFiles(files);
  const served = new ServedCertificate();
  let lastProblem = '';

  const serve = (pair: ServingCertificate): boolean => {
    metrics?.ends('leaf', new Date(new X509Certificate(pair.cert).validTo));
    return served.set(pair);
  };
  const reload = async () => {
    try {
      if (serve(await readTwice(files))) {
        metrics?.reloaded('success');
        logger.info({ file: files.certFile }, 'certificate reloaded');
      }
      lastProblem = '';
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      metrics?.reloaded('error');
      if (error.message !== lastProblem) {
        logger.error({ error: error.message }, 'certificate not reloaded, the last one stays');
      }
      lastProblem = error.message;
    }
    return POLL_INTERVAL_MS;
  };

  serve(first);
  const loop = createRunLoop(reload, clock);
  let cancelQuiet = () => {};
  const stopWatching = watchFolders([dirname(files.certFile), dirname(files.keyFile)], () => {
    cancelQuiet();
    cancelQuiet = clock.schedule(QUIET_MS, loop.trigger);
  });
  loop.trigger();
  return {
    current: () => served.get() ?? first,
    onChange: (listener) => served.onChange(listener),
    async close() {
      stopWatching();
      cancelQuiet();
      await loop.stop();
    },
  };
}
