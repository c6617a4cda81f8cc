import { type CheckResult, createHealthMetrics, deriveStatus } from '@mailprovider/health';
import {
  measuredLeadership,
  registerDefaultMetrics,
} from '@mailprovider/health/metrics/election-metrics';
import { Registry } from 'prom-client';
import t from 'tap';
import { CERTIFICATE_END, disabled, failed, passed, refused } from './findings.ts';
import { providerObject } from './provider-object.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const NOW_S = NOW.getTime() / 1000;

/** The figures of a check that took so long. */
function took(seconds: number, result: CheckResult) {
  return { seconds, at: NOW, status: deriveStatus(providerObject('any'), result, NOW) };
}

async function series(registry: Registry): Promise<string[]> {
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

t.test('reports what the documentation shows', async (t) => {
  const registry = new Registry();
  const metrics = createHealthMetrics(registry);
  metrics.checked('a', passed, took(0.02, passed));
  metrics.checked('a', failed('connect', 'Timeout'), took(10, failed('connect', 'Timeout')));
  metrics.checked('a', passed, took(0.02, passed));
  const lines = await series(registry);
  for (const line of [
    'breakglass_mailprovider_configured{provider="a",status="enabled"} 1',
    'breakglass_mailprovider_health_check_total{provider="a",result="success"} 2',
    'breakglass_mailprovider_health_check_total{provider="a",result="connection_timeout"} 1',
    'breakglass_mailprovider_health_check_duration_seconds_count{provider="a"} 3',
    'breakglass_mailprovider_status{provider="a"} 1',
  ]) {
    t.ok(lines.includes(line), line);
  }
});

t.test('status is 0 when unhealthy and -1 when disabled', async (t) => {
  const registry = new Registry();
  const metrics = createHealthMetrics(registry);
  metrics.checked(
    'a',
    failed('auth', 'AuthenticationFailed'),
    took(1, failed('auth', 'AuthenticationFailed')),
  );
  metrics.checked('b', disabled, took(0, disabled));
  const lines = await series(registry);
  t.ok(lines.includes('breakglass_mailprovider_status{provider="a"} 0'));
  t.ok(lines.includes('breakglass_mailprovider_status{provider="b"} -1'));
  t.ok(lines.includes('breakglass_mailprovider_configured{provider="b",status="disabled"} 1'));
  t.notOk(lines.some((line) => line.includes('health_check') && line.includes('provider="b"')));
});

t.test('the series of a removed provider disappear, and no others', async (t) => {
  const registry = new Registry();
  const metrics = createHealthMetrics(registry);
  for (const name of ['a', 'b']) {
    metrics.checked(name, passed, took(0.02, passed));
    metrics.checked(name, failed('dns', 'HostNotFound'), took(0.02, failed('dns', 'HostNotFound')));
    metrics.checked(name, disabled, took(0, disabled));
  }
  metrics.removed('a');
  const lines = await series(registry);
  t.notOk(lines.some((line) => line.includes('provider="a"')));
  t.ok(lines.some((line) => line.includes('provider="b"')));
});

t.test('stages, times, certificate and suspended logins are those of the last check', async (t) => {
  const registry = new Registry();
  const metrics = createHealthMetrics(registry);
  const name = (metric: string) => `breakglass_mailprovider_${metric}`;
  metrics.checked('a', passed, took(0.3, passed));
  const first = await series(registry);
  for (const line of [
    `${name('probe_stage_duration_seconds')}{provider="a",stage="ehlo"} 0.03`,
    `${name('probe_stage_duration_seconds')}{provider="a",stage="auth"} 0.25`,
    `${name('last_probe_timestamp_seconds')}{provider="a"} ${NOW_S}`,
    `${name('last_success_timestamp_seconds')}{provider="a"} ${NOW_S}`,
    `${name('certificate_expiry_timestamp_seconds')}{provider="a"} ${CERTIFICATE_END.getTime() / 1000}`,
    `${name('auth_suspended')}{provider="a"} 0`,
  ]) {
    t.ok(first.includes(line), line);
  }
  metrics.checked('a', refused, took(0.3, refused));
  t.ok((await series(registry)).includes(`${name('auth_suspended')}{provider="a"} 1`));
  const timeout = failed('connect', 'Timeout');
  metrics.checked('a', timeout, took(10, timeout));
  const last = await series(registry);
  t.ok(last.includes(`${name('probe_stage_duration_seconds')}{provider="a",stage="connect"} 10`));
  t.notOk(
    last.some((line) => line.includes('stage="auth"')),
    'a stage it did not come to is gone',
  );
});

t.test('defaults are counted and elected when the metrics are read', async (t) => {
  const registry = new Registry();
  let count: { candidates: number; elected: string | undefined } = {
    candidates: 1,
    elected: 'a',
  };
  registerDefaultMetrics(registry, () => count);
  t.strictSame(await series(registry), [
    'breakglass_mailprovider_default_providers 1',
    'breakglass_mailprovider_elected_default{provider="a"} 1',
  ]);
  count = { candidates: 2, elected: 'b' };
  t.strictSame(await series(registry), [
    'breakglass_mailprovider_default_providers 2',
    'breakglass_mailprovider_elected_default{provider="b"} 1',
  ]);
  count = { candidates: 0, elected: undefined };
  t.strictSame(await series(registry), ['breakglass_mailprovider_default_providers 0']);
});

t.test('whether this process leads is told as client-go tells it', async (t) => {
  const registry = new Registry();
  let end = () => {};
  const work = new Promise<void>((resolve) => {
    end = resolve;
  });
  const lead = measuredLeadership(registry, 'lease', () => work);
  t.strictSame(await series(registry), ['leader_election_master_status{name="lease"} 0']);
  const { signal } = new AbortController();
  const leading = lead({ signal, throwIfLost() {} });
  t.strictSame(await series(registry), ['leader_election_master_status{name="lease"} 1']);
  end();
  await leading;
  t.strictSame(await series(registry), ['leader_election_master_status{name="lease"} 0']);
});
