import { loadConfig } from '@mailprovider/health/config';
import t from 'tap';

const electionOf = (...flags: string[]) => loadConfig(['node', 'health', ...flags]).leaderElection;

t.test(
  'leads by a Lease in the namespace of the processes, with the times of client-go',
  async (t) => {
    t.strictSame(electionOf(), {
      enabled: true,
      namespace: 'mailprovider-system',
      timing: { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 },
    });
  },
);

t.test('the flags have the form of Go', async (t) => {
  t.equal(electionOf('--leader-elect').enabled, true);
  t.equal(electionOf('--leader-elect=false').enabled, false);
  const flags = ['--leader-election-namespace=other', '--leader-elect-lease-duration=1m'];
  const times = ['--leader-elect-renew-deadline', '30s', '--leader-elect-retry-period', '500ms'];
  t.match(electionOf(...flags, ...times), {
    namespace: 'other',
    timing: { leaseDurationMs: 60_000, renewDeadlineMs: 30_000, retryPeriodMs: 500 },
  });
});

t.test('denied networks are CIDRs, separated by commas', async (t) => {
  const networksOf = (...flags: string[]) =>
    loadConfig(['node', 'health', ...flags]).deniedNetworks;
  t.same(networksOf(), []);
  t.same(networksOf('--denied-networks', '10.244.0.0/16, fd00:10:244::/56'), [
    '10.244.0.0/16',
    'fd00:10:244::/56',
  ]);
});

t.test('checks and lists come at the documented times, unless others are given', async (t) => {
  const timesOf = (...flags: string[]) => {
    const { intervals, syncPeriodMs } = loadConfig(['node', 'health', ...flags]);
    return { ...intervals, syncPeriodMs };
  };
  const seed = { healthyMs: 300_000, unhealthyMs: 30_000, syncPeriodMs: 600_000 };
  t.strictSame(timesOf(), seed);
  t.strictSame(
    timesOf('--healthy-interval=1m', '--unhealthy-interval', '5s', '--sync-period', '1h'),
    { healthyMs: 60_000, unhealthyMs: 5_000, syncPeriodMs: 3_600_000 },
  );
});
