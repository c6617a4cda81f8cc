import type { Stage } from '@mailprovider/provider/reasons';
import type { CertificateFacts } from './certificate-facts.ts';

/** How long one step took. */
export interface StageTiming {
  readonly stage: Stage;
  readonly seconds: number;
}

/** What is known of an established TLS layer, whether its certificate was accepted or not. */
export interface TlsFacts {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  /** The suite's IANA name, such as `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** Whether the certificate was judged, and found valid for the server's name. */
  readonly verified: boolean;
  /** Absent where the server sent none that can be read. */
  readonly certificate: CertificateFacts | undefined;
}

/** How far a session came, and what was learnt on the way. */
export interface SessionTrace {
  /** The steps in the order taken: `ehlo` stands twice after STARTTLS, and the last is the one that failed, if one did. */
  readonly stages: readonly StageTiming[];
  /** The address dialled last; only what the policy allows is dialled. */
  readonly address?: string;
  /** Facts of the TLS layer, absent where the session did not come to have one. */
  readonly tls?: TlsFacts;
  /** Whether a user name or password was sent: the server may have counted an attempt. */
  readonly loginAttempted: boolean;
}
