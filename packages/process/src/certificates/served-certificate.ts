import type { ServingCertificate } from './certificate-source.ts';

/** Keeps the certificate in use and tells of the next one. */
export class ServedCertificate {
  readonly #listeners = new Set<(certificate: ServingCertificate) => void>();
  #current: ServingCertificate | undefined;

  get(): ServingCertificate | undefined {
    return this.#current;
  }

  /** Returns whether it is another one than before. */
  set(certificate: ServingCertificate): boolean {
    const { cert, key } = this.#current ?? {};
    if (cert === certificate.cert && key === certificate.key) return false;
    this.#current = certificate;
    for (const listener of this.#listeners) listener(certificate);
    return true;
  }

  onChange(listener: (certificate: ServingCertificate) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
