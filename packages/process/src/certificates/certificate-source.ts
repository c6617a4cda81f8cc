/** A certificate chain and its private key, PEM. */
export interface ServingCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Where the certificate of a server comes from, and that it is another one by now. */
export interface CertificateSource {
  /** The certificate to serve now. */
  current(): ServingCertificate;
  /** Calls `listener` with each later certificate until the returned function is called. */
  onChange(listener: (certificate: ServingCertificate) => void): () => void;
  /** Ends what looks for changes. */
  close(): Promise<void>;
}
