import { METRICS, type Metric } from '@mailprovider/provider/metric-names';
import { createCertificateMetrics } from '@mailprovider/webhook/certificates/certificate-metrics';
import { CLAIM_OUTCOMES } from '@mailprovider/webhook/default-claim/claim-outcome';
import { createWebhookMetrics } from '@mailprovider/webhook/metrics';
import { Registry } from 'prom-client';
import t from 'tap';
import { minimalSpec } from '../provider/minimal-spec.ts';
import { objectOf, reviewOf } from './review.ts';
import { startServer } from './webhook-server.ts';

const PREFIX = 'breakglass_mailprovider_';

t.test('every series that can be known is there from the start', async (t) => {
  const registry = new Registry();
  createWebhookMetrics(registry);
  createCertificateMetrics(registry);
  const text = await registry.metrics();
  const metrics: readonly Metric[] = Object.values(METRICS);
  for (const { name, type, exportedBy } of metrics) {
    if (exportedBy.includes('webhook')) t.match(text, `# TYPE ${name} ${type}\n`);
  }
  const total = `${PREFIX}admission_requests_total`;
  t.match(text, `${total}{webhook="validate",operation="CREATE",verdict="denied"} 0\n`);
  t.match(text, `${total}{webhook="mutate",operation="UPDATE",verdict="allowed"} 0\n`);
  t.notMatch(text, /webhook="mutate",operation="CREATE",verdict="denied"/);
  for (const outcome of CLAIM_OUTCOMES) {
    t.match(text, `${PREFIX}default_claims_total{outcome="${outcome}"} 0\n`);
  }
  t.match(text, `${PREFIX}admission_duration_seconds_count{webhook="mutate"} 0\n`);
});

/** What tells of leader election everywhere. */
const OF_CLIENT_GO = 'leader_election_master_status';

t.test('names and labels are as Prometheus wants them', async (t) => {
  for (const { name, type, labels } of Object.values(METRICS)) {
    if (name !== OF_CLIENT_GO) t.match(name, /^breakglass_mailprovider_[a-z]+(_[a-z]+)*$/);
    t.equal(name.endsWith('_total'), type === 'counter', `${name}: _total belongs to counters`);
    if (type === 'histogram') t.match(name, /_seconds$/);
    for (const label of labels) t.match(label, /^[a-z]+$/);
  }
});

t.test('reviews are counted by what they were and what was said', async (t) => {
  const { ask, post, registry } = await startServer(t);
  await ask('/validate', reviewOf());
  await ask('/validate', reviewOf({ object: objectOf({ ...minimalSpec(), smtp: {} }) }));
  await ask('/validate', reviewOf({ operation: 'DELETE', object: null }));
  await ask('/mutate', reviewOf({ operation: 'UPDATE' }));
  await post('{"request":{"operation":"canary"}}');
  await post('', { path: '/canary' });
  const text = await registry.metrics();
  const count = (webhook: string, operation: string, verdict: string) =>
    t.match(
      text,
      `requests_total{webhook="${webhook}",operation="${operation}",verdict="${verdict}"} 1\n`,
    );
  count('validate', 'CREATE', 'allowed');
  count('validate', 'CREATE', 'denied');
  count('validate', 'DELETE', 'allowed');
  count('mutate', 'UPDATE', 'allowed');
  count('validate', 'UNKNOWN', 'error');
  t.match(text, `${PREFIX}admission_duration_seconds_count{webhook="validate"} 4\n`);
  t.match(text, `${PREFIX}admission_in_flight 0\n`);
  t.notMatch(text, /canary/);
});

t.test('claims are counted by outcome', async (t) => {
  const registry = new Registry();
  const metrics = createWebhookMetrics(registry);
  metrics.claimed('taken');
  metrics.claimed('taken');
  metrics.claimed('other_claim');
  const text = await registry.metrics();
  t.match(text, 'default_claims_total{outcome="taken"} 2\n');
  t.match(text, 'default_claims_total{outcome="other_claim"} 1\n');
});
