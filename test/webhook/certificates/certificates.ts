import { type Authority, type Certificate, createAuthority } from '@mailprovider/pki';
import { createCertificateMetrics } from '@mailprovider/webhook/certificates/certificate-metrics';
import { Registry } from 'prom-client';

/** An authority that is valid around `now`. */
export function authorityAt(now: Date, validDays = 365): Authority {
  return createAuthority({ commonName: 'test authority', now, validDays });
}

export function leafOf(authority: Authority, now: Date, validDays = 7): Certificate {
  return authority.issue({
    commonName: 'webhook',
    dnsNames: ['localhost'],
    addresses: ['127.0.0.1'],
    usages: ['server'],
    now,
    validDays,
  });
}

/** Metrics of a certificate, and the lines that Prometheus would read of them. */
export function certificateMetrics() {
  const registry = new Registry();
  const metrics = createCertificateMetrics(registry);
  const reloads = async (result: string) => {
    const line = new RegExp(`_reloads_total\\{result="${result}"\\} (\\d+)`);
    return Number(line.exec(await registry.metrics())?.[1]);
  };
  return { metrics, registry, reloads };
}
