import { createAccess } from '../measure/access.ts';
import { createBenchDirectory } from '../measure/bench-directory.ts';
import { chooseCores, leaveMeasuredCore, usableCores } from '../measure/cores.ts';
import { exitCodeAfter, type RunDeps } from '../measure/exit-code-after.ts';
import { withTeardown } from '../measure/with-teardown.ts';
import { blackboxVersion } from './blackbox.ts';
import { type PhaseDeps, runConditionPhase } from './condition-phase.ts';
import type { BenchConfig } from './config.ts';
import { BLACKBOX_CONCURRENCY, OUR_CONCURRENCY, runRatePhase } from './rate-phase.ts';
import { renderJson, renderReport } from './report.ts';

/** More than these cannot be the limit of one core of clients. */
const MOST_SERVERS = 3;

async function measureAndPrint(config: BenchConfig, deps: RunDeps): Promise<void> {
  const cores = chooseCores(await usableCores());
  await leaveMeasuredCore(cores);
  const version = await blackboxVersion();
  const servers = Math.min(MOST_SERVERS, Math.max(1, cores.others.length));
  const directory = await createBenchDirectory();
  try {
    const { progress, interrupted: signal } = deps;
    const phase: PhaseDeps = {
      access: createAccess(),
      directory,
      pin: cores.measured,
      progress,
      signal,
    };
    // The cluster is gone before the second phase begins.
    const conditions = await withTeardown((own) => runConditionPhase(config, phase, own));
    const ratePhase = { ...phase, servers, hasBlackbox: version !== undefined };
    const rates = await withTeardown((own) => runRatePhase(config, ratePhase, own));
    const figures = { conditions, rates };
    const circumstances = {
      ...config,
      servers,
      concurrency: { ours: OUR_CONCURRENCY, blackbox: BLACKBOX_CONCURRENCY },
      blackboxVersion: version,
      cores: cores.description,
    };
    deps.print(renderReport(figures, circumstances));
    if (config.json) deps.print(renderJson(figures));
  } finally {
    await directory.remove();
  }
}

/** Measures, prints and ends all that it started; returns the exit code. */
export function run(config: BenchConfig, deps: RunDeps): Promise<number> {
  return exitCodeAfter(() => measureAndPrint(config, deps), deps);
}
