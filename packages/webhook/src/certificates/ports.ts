import type { SecretTexts } from './bundle.ts';

/** One version of the Secret of the certificate. */
export interface StoredCertificate {
  readonly resourceVersion: string;
  readonly texts: SecretTexts;
}

/** The Secret that all webhooks of a cluster share. */
export interface CertificateStore {
  /** Reads what is stored now; undefined if there is no such Secret. */
  read(): Promise<StoredCertificate | undefined>;
  /**
   * Creates the Secret, or changes that version of it; keys that are not named stay. Returns false,
   * and changes nothing, if it exists by now or is another version.
   */
  write(previous: StoredCertificate | undefined, texts: SecretTexts): Promise<boolean>;
  /** Tells of each change until the signal aborts; then resolves. */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}

/** One of our registrations at the API server. */
export interface Registration {
  /** Kind and name. */
  readonly id: string;
  readonly resourceVersion: string;
  /** PEM texts, one for each webhook in it. */
  readonly caBundles: readonly (string | undefined)[];
}

/** Our registrations at the API server, those that are there. */
export interface Registrations {
  readonly ids: readonly string[];
  read(): Promise<readonly Registration[]>;
  /** Returns false, and changes nothing, if it is another version or gone by now. */
  setCaBundle(registration: Registration, pem: string): Promise<boolean>;
  /** Tells of each change until the signal aborts; then resolves. */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}
