import { METRICS } from '@mailprovider/provider/metric-names';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What the webhook tells Prometheus of its certificate. */
export interface CertificateMetrics {
  /** When the certificate in use ends, or the authority that signs it. */
  ends(kind: 'leaf' | 'ca', at: Date): void;
  /** Another certificate is in use, or one could not be read, made or published. */
  reloaded(result: 'success' | 'error'): void;
}

export function createCertificateMetrics(registry: Registry): CertificateMetrics {
  const registers = [registry];
  const expiry = new Gauge({
    name: METRICS.certificateExpiry.name,
    help: METRICS.certificateExpiry.help,
    labelNames: METRICS.certificateExpiry.labels,
    registers,
  });
  const reloads = new Counter({
    name: METRICS.certificateReloads.name,
    help: METRICS.certificateReloads.help,
    labelNames: METRICS.certificateReloads.labels,
    registers,
  });
  for (const result of ['success', 'error']) reloads.inc({ result }, 0);
  return {
    ends: (kind, at) => expiry.set({ kind }, at.getTime() / 1000),
    reloaded: (result) => reloads.inc({ result }),
  };
}
