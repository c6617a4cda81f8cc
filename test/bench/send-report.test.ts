import t from 'tap';
import type { Figures } from '#bench/send/figures';
import { renderJson, renderReport } from '#bench/send/report';

const figures: Figures = {
  endToEnd: {
    sink: 'smtp-sink',
    ours: { acceptedPerSecond: 4000.1234, endToEndPerSecond: 3600, coreMsPerMail: 0.25 },
    postfix: { acceptedPerSecond: 1200, endToEndPerSecond: 1000, coreMsPerMail: 1.5 },
    latencies: { atHalf: { p50Ms: 2, p99Ms: 9.25 }, saturated: { p50Ms: 200, p99Ms: 300.5 } },
    rssMiB: Number.NaN,
  },
  delivery: {
    sink: 'smtp-sink',
    ours: { perSecond: 24_000, perCoreSecond: 25_000, share: 0.96, sinkShare: 0.5 },
    pool: { perSecond: 3000, perCoreSecond: 3100, share: 0.97, sinkShare: 0.1 },
  },
  distance: { ours: 120, dialPerMail: 4.8 },
};

const circumstances = {
  mails: 20_000,
  rtt: 20,
  rounds: 3,
  seconds: 4,
  postfix: 'version 3.7.11',
  folder: '/tmp',
  cores: 'NOT PINNED',
};

t.test('prints for programs one line, with null where nothing could be measured', async (t) => {
  const line = renderJson(figures);
  t.notMatch(line, /\n/);
  t.strictSame(JSON.parse(line), {
    acceptedPerSecond: 4000.123,
    endToEndPerSecond: 3600,
    deliveryPerSecondPerCore: 25_000,
    p50Ms: 2,
    p99Ms: 9.25,
    rssMiB: null,
    postfix: { endToEndPerSecond: 1000 },
    pool: { perSecond: 3000 },
    dialPerMail: { perSecond: 4.8 },
    coreMsPerMail: { ours: 0.25, postfix: 1.5 },
    distant: { perSecond: 120 },
    saturated: { p50Ms: 200, p99Ms: 300.5 },
    ratios: { postfix: 3.6, pool: 8, dialPerMail: 25 },
  });
});

t.test('says null for a Postfix that was not measured, and why for people', async (t) => {
  const endToEnd = { ...figures.endToEnd, postfix: undefined };
  const without = { ...figures, endToEnd };
  t.match(JSON.parse(renderJson(without)), { postfix: null, ratios: { postfix: null } });
  const missing = { ...circumstances, postfix: 'not measured, as it is not installed' };
  const report = renderReport(without, missing);
  t.match(report, /^Postfix: not measured, as it is not installed$/m);
  t.notMatch(report, /ours \/ Postfix/);
});

t.test('prints for people how far ours is from what it is to reach', async (t) => {
  const report = renderReport(figures, circumstances);
  t.match(report, /^NOT PINNED$/m);
  t.match(report, /^ours +4000 +3600 +0\.25$/m);
  t.match(report, /^Postfix +1200 +1000 +1\.50$/m);
  t.match(report, /^ours \/ Postfix +3\.60 +target 3$/m);
  t.match(report, /^as fast as they are accepted +200\.0 +300\.5$/m);
  t.match(report, /\(RssAnon\): - MiB$/m);
  t.match(report, /^ours, delivery only +24000 +25000 +96 +50$/m);
  t.match(report, /^ours \/ pool +8\.00$/m);
  t.match(report, /^ours \/ target +1\.25 +target 20000$/m);
  t.match(report, /^ours \/ dial +25\.00 +target 10$/m);
});
