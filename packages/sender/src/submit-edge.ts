import { type ApiConnection, subjectAccess, tokenReview } from '@mailprovider/kube';
import { type Logger, StartupError, systemClock } from '@mailprovider/process';
import type { CertificateFiles } from '@mailprovider/process/certificates/certificate-files';
import type { CertificateSource } from '@mailprovider/process/certificates/certificate-source';
import { startFileSource } from '@mailprovider/process/certificates/file-source';
import type { Authenticate } from './api/authentication.ts';
import { isLoopback, loopbackAuthenticator, requireLoopback } from './api/loopback-only.ts';
import { tokenFileAuthenticator } from './api/token-file-authenticator.ts';
import { CallerLimit } from './callers/caller-limit.ts';
import { CallerRateLimit } from './callers/rate-limit.ts';
import { tokenReviewAuthenticator } from './callers/token-review-authenticator.ts';
import type { SenderConfig } from './config.ts';
import type { SenderObserver } from './observer.ts';

/** The flags that say who may call. */
type EdgeConfig = Pick<
  SenderConfig,
  | 'bindAddress'
  | 'tokenReview'
  | 'tokenFile'
  | 'tlsCertFile'
  | 'tlsPrivateKeyFile'
  | 'callerRateLimit'
>;

export interface SubmitEdgeDeps {
  /** For what callers wait for. */
  readonly connection: ApiConnection;
  readonly logger: Logger;
  /** Told of each mail that was too much of its caller. */
  readonly metrics: Pick<SenderObserver, 'refused'>;
}

/** Who may call the submit API, how often, and over what. */
export interface SubmitEdge {
  readonly authenticate: Authenticate;
  readonly callerLimit: CallerLimit | undefined;
  readonly certificates: CertificateSource | undefined;
}

function authenticator(
  { bindAddress, tokenReview: isReviewed, tokenFile }: EdgeConfig,
  { connection, logger }: SubmitEdgeDeps,
): Authenticate | Promise<Authenticate> {
  if (isReviewed && tokenFile !== undefined) {
    throw new StartupError('--token-review excludes --token-file');
  }
  if (tokenFile !== undefined) {
    return tokenFileAuthenticator(tokenFile, { clock: systemClock, logger });
  }
  if (isReviewed) {
    const [review, mayAccess] = [tokenReview(connection), subjectAccess(connection)];
    return tokenReviewAuthenticator({ review, mayAccess, clock: systemClock, logger });
  }
  requireLoopback(bindAddress);
  return loopbackAuthenticator;
}

function certificateFiles(config: EdgeConfig): CertificateFiles | undefined {
  const { tlsCertFile: certFile, tlsPrivateKeyFile: keyFile } = config;
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined)
    throw new StartupError('--tls-private-key-file needs --tls-cert-file');
  if (keyFile === undefined) throw new StartupError('--tls-cert-file needs --tls-private-key-file');
  return { certFile, keyFile };
}

/** Throws `StartupError` naming the flags that cannot work. */
export async function openSubmitEdge(
  config: EdgeConfig,
  deps: SubmitEdgeDeps,
): Promise<SubmitEdge> {
  const { bindAddress, callerRateLimit } = config;
  const { logger } = deps;
  const files = certificateFiles(config);
  const authenticate = await authenticator(config, deps);
  if (files === undefined && !isLoopback(bindAddress.host)) {
    logger.warn(
      { address: bindAddress.host },
      'tokens and mails come over plain HTTP; set --tls-cert-file and --tls-private-key-file',
    );
  }
  return {
    authenticate,
    callerLimit:
      callerRateLimit &&
      new CallerLimit(new CallerRateLimit(callerRateLimit, systemClock), deps.metrics),
    certificates: files && (await startFileSource(files, { logger })),
  };
}
