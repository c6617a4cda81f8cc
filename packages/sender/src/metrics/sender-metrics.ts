import { metricOptions } from '@mailprovider/process';
import { metricLabel, snakeCase } from '@mailprovider/provider/metric-label';
import { METRICS } from '@mailprovider/provider/metric-names';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { AttemptReport, SenderObserver } from '../observer.ts';
import { type ProviderSource, whenDeleted } from '../ports.ts';
import { REFUSALS } from '../sender.ts';
import { EndingMails } from './ending-mails.ts';
import { removeSeries } from './provider-series.ts';

/** Milliseconds over a kept session of a near server; RFC 5321 gives the answer to the final dot 10 minutes. */
const DURATION_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600,
];

function deferredLabel({ attempted, failure }: AttemptReport): string | undefined {
  const reason = attempted.find(({ outcome }) => outcome === 'deferred')?.reason;
  if (reason === undefined) return undefined;
  return metricLabel(reason, reason === failure?.reason ? failure.stage : undefined);
}

/** Counts mails and attempts. The series of a provider go when it does. */
export function createSenderMetrics(
  registry: Registry,
  providers: Pick<ProviderSource, 'get' | 'listen'>,
): SenderObserver {
  const counter = (metric: Parameters<typeof metricOptions>[0]) =>
    new Counter(metricOptions(metric, registry));
  const sent = counter(METRICS.emailsSentTotal);
  const failed = counter(METRICS.emailsFailedTotal);
  const deferred = counter(METRICS.emailsDeferredTotal);
  const uncertain = counter(METRICS.emailsUncertainTotal);
  const rerouted = counter(METRICS.emailsReroutedTotal);
  const refused = counter(METRICS.emailsRefusedTotal);
  const duration = new Histogram({
    ...metricOptions(METRICS.sendAttemptDuration, registry),
    buckets: DURATION_BUCKETS,
  });
  // A rate needs the value from before the first one.
  for (const refusal of [...REFUSALS, 'Invalid']) refused.inc({ reason: snakeCase(refusal) }, 0);
  whenDeleted(providers, (provider) => {
    duration.remove({ provider });
    for (const total of [sent, failed, deferred, uncertain, rerouted])
      void removeSeries(total, provider);
  });
  const ending = new EndingMails();
  return {
    accepted({ provider }) {
      sent.inc({ provider }, 0);
      uncertain.inc({ provider }, 0);
    },
    refused: (refusal) => refused.inc({ reason: snakeCase(refusal) }),
    attempted(report) {
      const { mail, attempted, seconds } = report;
      const { provider } = mail;
      // One attempt to open a session stands for all mails that wait for one; they took no time.
      if (seconds > 0) duration.observe({ provider }, seconds);
      if (attempted.some(({ outcome }) => outcome === 'uncertain')) uncertain.inc({ provider });
      if (mail.state !== 'queued') {
        ending.attempted(report);
        return;
      }
      const reason = deferredLabel(report);
      if (reason !== undefined) deferred.inc({ provider, reason });
    },
    rerouted: ({ provider: to }, provider) => rerouted.inc({ provider, to }),
    ended(mail) {
      const { provider, state } = mail;
      const reason = ending.takeLabel(mail);
      if (state === 'sent') sent.inc({ provider });
      if (state === 'dead') failed.inc({ provider, reason });
    },
  };
}
