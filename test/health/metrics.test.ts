import { type CheckResult, createHealthMetrics } from '@mailprovider/health';
import { registerDefaultProviders } from '@mailprovider/health/metrics';
import type { SessionReason, Stage } from '@mailprovider/provider/reasons';
import { Registry } from 'prom-client';
import t from 'tap';

const target = {
  host: 'h',
  port: 25,
  tlsMode: 'none',
  serverName: 'h',
  verifyCertificate: false,
} as const;
const password = { state: 'not-required' } as const;
const passed: CheckResult = {
  kind: 'probed',
  target,
  password,
  probe: { healthy: true, encrypted: false, verified: false },
};
const failed = (stage: Stage, reason: SessionReason): CheckResult => ({
  kind: 'probed',
  target,
  password,
  probe: { healthy: false, failure: { stage, reason, permanent: false } },
});

async function series(registry: Registry): Promise<string[]> {
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

t.test('reports what the documentation shows', async (t) => {
  const registry = new Registry();
  const metrics = createHealthMetrics(registry);
  metrics.checked('a', passed, 0.02);
  metrics.checked('a', failed('connect', 'Timeout'), 10);
  metrics.checked('a', passed, 0.02);
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
  metrics.checked('a', failed('auth', 'AuthenticationFailed'), 1);
  metrics.checked('b', { kind: 'disabled' }, 0);
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
    metrics.checked(name, passed, 0.02);
    metrics.checked(name, failed('dns', 'HostNotFound'), 0.02);
    metrics.checked(name, { kind: 'disabled' }, 0);
  }
  metrics.removed('a');
  const lines = await series(registry);
  t.notOk(lines.some((line) => line.includes('provider="a"')));
  t.ok(lines.some((line) => line.includes('provider="b"')));
});

t.test('defaults are counted when the metrics are read', async (t) => {
  const registry = new Registry();
  let count = 1;
  registerDefaultProviders(registry, () => count);
  t.strictSame(await series(registry), ['breakglass_mailprovider_default_providers 1']);
  count = 2;
  t.strictSame(await series(registry), ['breakglass_mailprovider_default_providers 2']);
});
