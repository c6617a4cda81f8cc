import { readFile } from 'node:fs/promises';
import { METRICS, type Metric } from '@mailprovider/provider/metric-names';
import t from 'tap';
import { commandsOf, steady } from './health-document.ts';
import { HEALTH_DOCUMENT, realHealthDocument } from './health-document-examples.ts';
import { sharedCluster, WITHOUT_CLUSTER } from './shared-cluster.ts';

const page = await readFile(HEALTH_DOCUMENT, 'utf8');

t.test(
  'docs/health.md shows what its commands print',
  { skip: WITHOUT_CLUSTER, timeout: 60_000 },
  async (t) => {
    const { written, real } = await realHealthDocument(sharedCluster());
    t.equal(written, real, 'else run: npm run generate:health');
  },
);

t.test('docs/health.md shows a provider in order and three that are not', async (t) => {
  const described = commandsOf(page).filter((command) => command.startsWith('kubectl describe'));
  t.equal(described.length, 4);
});

t.test('every metric that docs/health.md names exists, and each of health is named', async (t) => {
  const named = new Set(page.match(/\b(?:breakglass_mailprovider|leader_election)_[a-z_]+/g));
  const metrics: readonly Metric[] = Object.values(METRICS);
  const existing = new Set(metrics.map(({ name }) => name));
  const withoutSuffix = (name: string) => name.replace(/_(?:bucket|sum|count)$/, '');
  for (const name of named) t.ok(existing.has(withoutSuffix(name)), name);
  for (const { name, exportedBy } of metrics) {
    if (exportedBy.includes('health')) t.ok(named.has(name) || named.has(`${name}_bucket`), name);
  }
});

t.test('what differs from run to run is steady, what matters is not touched', async (t) => {
  const output = [
    '  UID:  2f1d',
    '    Port:         40123',
    '    Until:        2026-11-21T16:57:29Z',
    '    Secret Version:  230',
    '  Message: 127.0.0.1:40123: reply 535',
    '  Last Transition Time:  2026-11-21T15:57:28Z',
    '  Certificate Expiry:  2026-12-21T15:50:18Z',
    '  greeting  101.6 ms',
    '  Warning  Failed  12s   mailprovider-health  127.0.0.1:40123: reply 535',
  ];
  t.strictSame(steady(output.join('\n')).split('\n'), [
    '  UID:  5f0c9a52-7d1e-4b7e-9a43-0c6a2d1f8e37',
    '    Port:         587',
    '    Until:        2026-01-05T10:00:00Z',
    '    Secret Version:  1234',
    '  Message: 127.0.0.1:587: reply 535',
    '  Last Transition Time:  2026-01-05T09:00:00Z',
    '  Certificate Expiry:  2026-02-04T09:00:00Z',
    '  greeting  #.# ms',
    '  Warning  Failed  2s    mailprovider-health  127.0.0.1:587: reply 535',
  ]);
});
