import t from 'tap';
import type { Figures } from '#bench/probe/figures';
import type { RateFigures } from '#bench/probe/rate-rounds';
import { renderJson, renderReport } from '#bench/probe/report';

function rate(name: string, probesPerSecond: number, driverShare = Number.NaN): RateFigures {
  const shares = { proberShare: 0.99, serverShare: 0.5, driverShare };
  return { name, probesPerSecond, cpuMsPerProbe: 1.25, ...shares };
}

const figures: Figures = {
  conditions: {
    secondsToAllConditions: 11.5,
    secondsToAnswering: 3.25,
    secondsToLead: 1,
    eventLoopDelayP99Ms: 32.1234,
    eventLoopDelayMaxMs: 60,
    rssMiB: Number.NaN,
    cpuSeconds: 4.5,
    openSocketsAtEnd: 0,
  },
  rates: {
    ours: rate('ours', 900),
    sequential: rate('sequential', 300),
    nodemailer: rate('sequential, nodemailer', 225),
    blackbox: rate('blackbox_exporter', 800, 0.2),
  },
};

const circumstances = {
  providers: 1000,
  silent: 10,
  rounds: 5,
  seconds: 4,
  concurrency: { ours: 256, blackbox: 64 },
  blackboxVersion: '0.23.0',
  servers: 1,
  cores: 'NOT PINNED',
};

t.test('prints for programs one line, with null where nothing could be measured', async (t) => {
  const line = renderJson(figures);
  t.notMatch(line, /\n/);
  t.strictSame(JSON.parse(line), {
    secondsToAllConditions: 11.5,
    probesPerSecond: 900,
    eventLoopDelayP99Ms: 32.123,
    rssMiB: null,
    openSocketsAtEnd: 0,
    sequential: { probesPerSecond: 300 },
    blackbox: { probesPerSecond: 800 },
    ratio: 3,
  });
});

t.test('says null for a blackbox_exporter that is not installed', async (t) => {
  const without = { ...figures, rates: { ...figures.rates, blackbox: undefined } };
  t.match(JSON.parse(renderJson(without)), { blackbox: null });
  const report = renderReport(without, { ...circumstances, blackboxVersion: undefined });
  t.match(report, /blackbox_exporter is not installed/);
  t.notMatch(report, /ours \/ blackbox_exporter/);
});

t.test('prints for people who was the limit', async (t) => {
  const report = renderReport(figures, circumstances);
  t.match(report, /^NOT PINNED$/m);
  t.match(report, /^seconds until every Healthy is True or False +11\.50$/m);
  t.match(report, /^ +counted from the start of the process +12\.50$/m);
  t.match(report, /^most memory resident, MiB +-$/m);
  t.match(report, /^ours +900 +1\.25 +99 +50 +-$/m);
  t.match(report, /^blackbox_exporter +800 +1\.25 +99 +50 +20$/m);
  t.match(report, /^ours \/ sequential +3\.00$/m);
  t.match(report, /^ours \/ sequential, nodemailer +4\.00$/m);
  t.match(report, /^ours \/ blackbox_exporter +1\.1[23]$/m);
});
