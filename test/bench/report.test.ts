import t from 'tap';
import type { Figures } from '#bench/figures';
import { renderJson, renderReport } from '#bench/report';

const figures: Figures = {
  load: {
    ours: { perSecond: 26_000, p50Ms: 1.2, p99Ms: 2.4, cpuMicros: 38, rssMiB: 120 },
    peer: { perSecond: 13_000, p50Ms: 2.3, p99Ms: 5.5, cpuMicros: 77, rssMiB: Number.NaN },
  },
  creates: {
    none: { createMs: 3, callsMs: Number.NaN, handlerMs: undefined },
    peer: { createMs: 4, callsMs: 0.4, handlerMs: 0.1 },
    ours: { createMs: 3.9, callsMs: 0.3, handlerMs: undefined },
    oursWithMutation: { createMs: 4.8, callsMs: 0.5, handlerMs: undefined },
  },
};

t.test('prints for programs one line, with null where nothing could be measured', async (t) => {
  const line = renderJson(figures);
  t.notMatch(line, /\n/);
  t.strictSame(JSON.parse(line), {
    ours: { perSecond: 26_000, p50Ms: 1.2, p99Ms: 2.4, rssMiB: 120 },
    peer: { perSecond: 13_000, p50Ms: 2.3, p99Ms: 5.5, rssMiB: null },
    ratio: 2,
    createMs: { none: 3, peer: 4, ours: 3.9, oursWithMutation: 4.8 },
  });
});

t.test('prints for people where the time of a create goes', async (t) => {
  const circumstances = { seconds: 20, runs: 3, connections: 32, creates: 300 };
  const report = renderReport(figures, { ...circumstances, cores: 'NOT PINNED', loadTool: 'wrk' });
  t.match(report, /^NOT PINNED$/m);
  t.match(report, /^ours +26000 +1\.20 +2\.40 +38 +120$/m);
  t.match(report, /^peer +13000 +2\.30 +5\.50 +77 +-$/m);
  t.match(report, /^ratio +2\.00$/m);
  t.match(report, /^create +3\.00 +4\.00 +3\.90 +4\.80$/m);
  t.match(report, /^more than with no webhook +1\.00 +0\.90 +1\.80$/m);
  t.match(report, /^ +calls of the webhook .* 0\.40 +0\.30 +0\.50$/m);
  t.match(report, /^ +of that its handler +0\.10 +- +-$/m);
  t.match(report, /^ +API server's own part .* 0\.60 +0\.60 +1\.30$/m);
});
