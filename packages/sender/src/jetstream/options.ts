import type { Logger } from '@mailprovider/process';
import type { Retention } from '../store/mail-store.ts';

export interface JetStreamOptions {
  /** URLs of NATS servers, such as `nats://nats.messaging:4222`; one of a cluster is enough. */
  readonly servers: readonly string[];
  /** A file as `nsc` writes it (`.creds`); read for each connection. */
  readonly credentialsFile?: string;
  /** Connects by TLS only. Files are PEM, and read for each connection. */
  readonly tls?: {
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
  };
  /** What the names of streams, buckets and subjects begin with: letters, digits, `-` and `_`. */
  readonly streamPrefix: string;
  /** On how many servers each mail is stored: 1, 3 or 5. */
  readonly replicas: number;
  /** After so long without a sign of life, the mails of a process go to others. */
  readonly ackWaitMs: number;
  readonly retention: Retention;
  readonly logger: Logger;
}
