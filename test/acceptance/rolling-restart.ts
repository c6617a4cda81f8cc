import type { Cluster } from '@mailprovider/cluster';
import { admissionCalls } from './admission-calls.ts';
import { type ApplyLoadResult, startApplyLoad } from './apply-load.ts';

/** What is applied between two steps, so that the load meets each state. */
const APPLIES_BETWEEN = 300;
const PROVIDERS = 50;

export interface RollingRestartOptions {
  readonly cluster: Cluster;
  /** How often every webhook is restarted. */
  readonly rolls: number;
  /** Applies a second meanwhile. */
  readonly perSecond: number;
}

export interface RollingRestartResult {
  readonly load: ApplyLoadResult;
  /** Of the webhooks that were stopped. */
  readonly exitCodes: readonly (number | null)[];
  /** Calls that the validating webhook answered. */
  readonly validated: number;
  /** Calls of the mutating webhook that failed, which no apply tells. */
  readonly notMutated: number;
}

/** Restarts the webhooks one after the other by SIGTERM, each when the one before is ready again. */
export async function restartUnderLoad(
  options: RollingRestartOptions,
): Promise<RollingRestartResult> {
  const { cluster, rolls, perSecond } = options;
  const webhooks = cluster.processes.filter(({ name }) => name.startsWith('webhook'));
  const before = await admissionCalls(cluster);
  const load = startApplyLoad({ cluster, perSecond, providers: PROVIDERS });
  const exitCodes: (number | null)[] = [];
  await load.answered(APPLIES_BETWEEN);
  for (let roll = 0; roll < rolls; roll += 1) {
    for (const webhook of webhooks) {
      exitCodes.push(await webhook.stop());
      await webhook.start();
      await load.answered(APPLIES_BETWEEN);
    }
  }
  const result = await load.stop();
  const after = await admissionCalls(cluster);
  return {
    load: result,
    exitCodes,
    validated: after.validated - before.validated,
    notMutated: after.notMutated - before.notMutated,
  };
}
