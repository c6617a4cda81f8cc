import { EventEmitter } from 'node:events';
import { Latest } from '@mailprovider/kube/cache/latest';
import { ProviderCache } from '@mailprovider/kube/cache/provider-cache';
import { METRICS, type Metric } from '@mailprovider/provider/metric-names';
import { watchedProviders } from '@mailprovider/sender/kube-ports';
import { registerBacklogMetrics } from '@mailprovider/sender/metrics/backlog-metrics';
import { registerBreakerMetric } from '@mailprovider/sender/metrics/breaker-metric';
import { createSenderMetrics } from '@mailprovider/sender/metrics/sender-metrics';
import type { QueueReading } from '@mailprovider/sender/store/mail-store';
import { Registry } from 'prom-client';
import t from 'tap';
import { ManualClock } from '../../health/manual-clock.ts';
import { providerObject } from '../../health/provider-object.ts';
import { attemptReport, failed, mailRecord } from '../attempt-report.ts';

const PREFIX = 'breakglass_mailprovider_';

function metricsUnderTest(readings: readonly QueueReading[] = []) {
  const registry = new Registry();
  const providers = new ProviderCache();
  const source = watchedProviders({
    providers,
    secretChanges: new EventEmitter(),
    claim: new Latest(),
  });
  providers.stored(providerObject('p'));
  const metrics = createSenderMetrics(registry, source);
  const clock = new ManualClock();
  registerBreakerMetric(registry, () => [{ provider: 'p', isOpen: false }]);
  registerBacklogMetrics(registry, { readings: async () => readings, providers: source, clock });
  /** The samples with a value, without their prefix. */
  const samples = async () =>
    (await registry.metrics())
      .split('\n')
      .filter(
        (line) => line.startsWith(PREFIX) && !line.endsWith(' 0') && !line.includes('_bucket'),
      )
      .map((line) => line.slice(PREFIX.length));
  return { registry, metrics, providers, samples };
}

t.test('every metric of the sender is there, and refusals are from the start', async (t) => {
  const { registry } = metricsUnderTest();
  const text = await registry.metrics();
  const all: readonly Metric[] = Object.values(METRICS);
  for (const { name, type, exportedBy } of all) {
    const own = exportedBy.includes('sender') && !exportedBy.includes('health');
    if (own) t.match(text, `# TYPE ${name} ${type}\n`);
  }
  t.match(text, `${PREFIX}emails_refused_total{reason="queue_full"} 0\n`);
  t.match(text, `${PREFIX}emails_refused_total{reason="invalid"} 0\n`);
});

t.test('mails are counted when they end, attempts when they are over', async (t) => {
  const { metrics, samples } = metricsUnderTest();
  const failure = { reason: 'Timeout', stage: 'connect' } as const;
  const recipients = [failed('deferred', 'Timeout')];
  metrics.accepted(mailRecord({ state: 'queued' }));
  metrics.attempted(attemptReport({ recipients, state: 'queued' }, { failure }));
  metrics.attempted(attemptReport({ recipients, state: 'dead' }, { failure }));
  metrics.ended(mailRecord({ recipients, state: 'dead' }));
  metrics.ended(mailRecord());
  metrics.ended(mailRecord({ state: 'cancelled' }));
  t.strictSame(await samples(), [
    'emails_sent_total{provider="p"} 1',
    'emails_failed_total{provider="p",reason="connection_timeout"} 1',
    'emails_deferred_total{provider="p",reason="connection_timeout"} 1',
    'send_attempt_duration_seconds_sum{provider="p"} 0.04',
    'send_attempt_duration_seconds_count{provider="p"} 2',
  ]);
});

t.test('what is uncertain, and what is refused, is counted apart', async (t) => {
  const { metrics, samples } = metricsUnderTest();
  const recipients = [failed('uncertain', 'ConnectionClosed')];
  metrics.attempted(attemptReport({ recipients, state: 'queued' }));
  metrics.refused('QueueFull');
  t.match(await samples(), [
    'emails_uncertain_total{provider="p"} 1',
    'emails_refused_total{reason="queue_full"} 1',
  ]);
});

t.test('the backlog is told as it is when the metrics are read', async (t) => {
  const now = new ManualClock().now().getTime();
  const readings = [{ provider: 'p', depth: 3, oldestQueuedAt: now - 90_000 }];
  const { samples } = metricsUnderTest(readings);
  t.strictSame(await samples(), [
    'queue_depth{provider="p"} 3',
    'queue_oldest_age_seconds{provider="p"} 90',
  ]);
  readings.length = 0;
  t.strictSame(await samples(), []);
});

t.test(
  'the series of a provider go when it does, those of its backlog once that is empty',
  async (t) => {
    const readings = [
      { provider: 'p', depth: 1, oldestQueuedAt: undefined },
      { provider: 'q', depth: 0, oldestQueuedAt: undefined },
    ];
    const { metrics, providers, samples } = metricsUnderTest(readings);
    const failure = { reason: 'Timeout', stage: 'connect' } as const;
    const recipients = [failed('deferred', 'Timeout')];
    metrics.attempted(attemptReport({ recipients, state: 'queued' }, { failure }));
    metrics.ended(mailRecord());
    metrics.ended(mailRecord({ provider: 'q' }));
    providers.deleted(providerObject('p'));
    await new Promise((resolve) => setImmediate(resolve));
    t.strictSame(await samples(), [
      'emails_sent_total{provider="q"} 1',
      'queue_depth{provider="p"} 1',
    ]);
  },
);
