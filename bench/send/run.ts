import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createAccess } from '../measure/access.ts';
import { chooseCores, leaveMeasuredCore, usableCores } from '../measure/cores.ts';
import { diskFolder } from '../measure/disk-folder.ts';
import { exitCodeAfter, type RunDeps } from '../measure/exit-code-after.ts';
import { withTeardown } from '../measure/with-teardown.ts';
import type { BenchConfig } from './config.ts';
import { runDeliveryPhase } from './delivery-phase.ts';
import { runDistancePhase } from './distance-phase.ts';
import { runEndToEndPhase } from './end-to-end-phase.ts';
import type { Figures } from './figures.ts';
import type { PhaseDeps } from './phase-deps.ts';
import { findPostfix, type PostfixPresence } from './postfix-relay.ts';
import { renderJson, renderReport } from './report.ts';

async function presenceOf({ postfix }: BenchConfig): Promise<PostfixPresence> {
  return postfix ? findPostfix() : { missing: 'it is left out' };
}

async function measure(
  config: BenchConfig,
  deps: PhaseDeps,
  withPostfix: boolean,
): Promise<Figures> {
  const endToEnd = await withTeardown((own) =>
    runEndToEndPhase(config, { ...deps, withPostfix }, own),
  );
  const distance = await withTeardown((own) => runDistancePhase(config, deps, own));
  // Before that, all that was measured had all cores.
  await leaveMeasuredCore(deps.cores);
  const delivery = await withTeardown((own) => runDeliveryPhase(config, deps, own));
  return { endToEnd, delivery, distance };
}

function described(presence: PostfixPresence): string {
  return 'version' in presence
    ? `version ${presence.version}, its queue as it comes, given mails by smtp-source`
    : `not measured, as ${presence.missing}`;
}

async function measureAndPrint(config: BenchConfig, deps: RunDeps): Promise<void> {
  const { progress, print, interrupted: signal } = deps;
  const cores = chooseCores(await usableCores());
  const presence = await presenceOf(config);
  const parent = await diskFolder();
  const folder = await mkdtemp(join(parent, 'mailprovider-bench-'));
  try {
    // Postfix has processes of another user below it.
    await chmod(folder, 0o711);
    const phase = { access: createAccess(), cores, folder, progress, signal };
    const figures = await measure(config, phase, 'version' in presence);
    const { description } = cores;
    const postfix = described(presence);
    print(renderReport(figures, { ...config, postfix, folder: parent, cores: description }));
    if (config.json) print(renderJson(figures));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Measures, prints and ends all that it started; returns the exit code. */
export function run(config: BenchConfig, deps: RunDeps): Promise<number> {
  return exitCodeAfter(() => measureAndPrint(config, deps), deps);
}
