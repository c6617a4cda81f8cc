import t from 'tap';
import type { EndToEndPhaseFigures } from '#bench/send/end-to-end-phase';
import type { NatsFigures } from '#bench/send/nats/nats-figures';
import { renderNatsJson, renderNatsReport } from '#bench/send/nats/nats-report';

const usual: EndToEndPhaseFigures = {
  sink: 'smtp-sink',
  ours: { acceptedPerSecond: 2400.1234, endToEndPerSecond: 1800, coreMsPerMail: 0.45 },
  postfix: undefined,
  latencies: { atHalf: { p50Ms: 3, p99Ms: 12.25 }, saturated: { p50Ms: 200, p99Ms: 300.5 } },
  rssMiB: Number.NaN,
};
const figures: NatsFigures = {
  usual,
  syncAlways: { ...usual, ours: { ...usual.ours, endToEndPerSecond: 250 } },
  replicas: { one: 120, all: 342 },
};
const circumstances = { mails: 20_000, rtt: 20, rounds: 5, replicas: 3, folder: '/var/tmp' };

t.test('prints for programs one line, with null where nothing could be measured', async (t) => {
  const line = renderNatsJson(figures, 3);
  t.notMatch(line, /\n/);
  const beside = { acceptedPerSecond: 2400.123, coreMsPerMail: 0.45, p50Ms: 3, p99Ms: 12.25 };
  t.strictSame(JSON.parse(line), {
    engine: 'nats',
    ...beside,
    endToEndPerSecond: 1800,
    rssMiB: null,
    syncAlways: { ...beside, endToEndPerSecond: 250, rssMiB: null },
    distant: { onePerSecond: 120, replicas: 3, replicasPerSecond: 342 },
    ratios: { replicas: 2.85 },
  });
});

t.test('prints for people how far senders on NATS are from what they are to reach', async (t) => {
  const report = renderNatsReport(figures, circumstances);
  t.match(report, /^NATS as it comes +2400 +1800 +0\.45 +3\.0 +12\.3 +-$/m);
  t.match(report, /^ +\/ target +1\.20 +target 1500$/m);
  t.match(report, /^NATS with sync_interval: always +2400 +250 /m);
  t.match(report, /^3 replicas \/ one +2\.85 +target 2\.5$/m);
});

t.test('has a target for three replicas alone', async (t) => {
  const report = renderNatsReport(figures, { ...circumstances, replicas: 2 });
  t.match(report, /^2 replicas \/ one +2\.85$/m);
});
