import { type Clock, type Logger, StartupError, systemClock } from '@mailprovider/process';
import type {
  CertificateSource,
  ServingCertificate,
} from '@mailprovider/process/certificates/certificate-source';
import { createRunLoop } from '@mailprovider/process/certificates/run-loop';
import { ServedCertificate } from '@mailprovider/process/certificates/served-certificate';
import type { CertificateMetrics } from './certificate-metrics.ts';
import type { CertificateStore, Registrations } from './ports.ts';
import { Rotation, type RotationSettings } from './rotation.ts';

/** Renewed at two thirds: the authority after 243 days, a leaf after 4.7. */
export const DEFAULT_ROTATION: Omit<RotationSettings, 'names'> = {
  lifetimes: { authorityDays: 365, leafDays: 7 },
  // An API server sees a registration within a second; one that lags has time to.
  trustDelayMs: 5 * 60_000,
  checkIntervalMs: 60_000,
};
/** As long as the kubelet waits for a pod to end: a start never outlives a stop. */
const START_TIMEOUT_MS = 30_000;
const RETRY_MIN_MS = 1_000;

export interface SelfManagedDeps {
  readonly store: CertificateStore;
  readonly registrations: Registrations;
  readonly settings: RotationSettings;
  readonly logger: Logger;
  readonly metrics: CertificateMetrics;
  readonly clock?: Clock;
}

/** Resolves with the first certificate; rejects with `StartupError` saying what stood in the way. */
function firstCertificate(
  served: ServedCertificate,
  clock: Clock,
  problem: () => string,
): Promise<ServingCertificate> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(START_TIMEOUT_MS, () => {
      reject(new StartupError(`--tls-secret-name: no certificate within 30 s: ${problem()}`));
    });
    const stopListening = served.onChange((certificate) => {
      cancel();
      stopListening();
      resolve(certificate);
    });
  });
}

/**
 * Serves the certificate in a Secret that all replicas share, and keeps Secret and caBundle of the
 * registrations in order. What fails is tried again; the certificate in use stays meanwhile.
 *
 * Throws `StartupError` if there is no certificate within 30 s.
 */
export async function startSelfManagedSource(deps: SelfManagedDeps): Promise<CertificateSource> {
  const { store, registrations, settings, logger, metrics, clock = systemClock } = deps;
  const served = new ServedCertificate();
  const rotation = new Rotation({ ...deps, served, clock });
  let failures = 0;
  let problem = 'the API server did not answer';
  const reconcile = async () => {
    try {
      const pauseMs = await rotation.reconcile();
      failures = 0;
      return pauseMs;
    } catch (error) {
      // Of a cause nothing is told: it may quote what the API server answered.
      problem = error instanceof Error ? error.message : 'unknown error';
      failures += 1;
      metrics.reloaded('error');
      logger.error({ error: problem }, 'certificate not kept in order');
      return Math.min(settings.checkIntervalMs, RETRY_MIN_MS * 2 ** (failures - 1));
    }
  };

  const loop = createRunLoop(reconcile, clock);
  const stop = new AbortController();
  const first = firstCertificate(served, clock, () => problem);
  const watches = [store, registrations].map((port) => port.watch(loop.trigger, stop.signal));
  const close = async () => {
    stop.abort();
    await Promise.all([loop.stop(), ...watches]);
  };
  loop.trigger();
  const certificate = await first.catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    current: () => served.get() ?? certificate,
    onChange: (listener) => served.onChange(listener),
    close,
  };
}
