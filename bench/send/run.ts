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
import { measureNats } from './nats/measure-nats.ts';
import { renderNatsJson, renderNatsReport } from './nats/nats-report.ts';
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

/** What is printed: for people, and in one line for programs. */
interface Report {
  readonly text: string;
  readonly json: string;
}

/** Measures on the engine that is asked for; `folder` is where people are told that mails were kept. */
async function reportOf(config: BenchConfig, deps: PhaseDeps, folder: string): Promise<Report> {
  if (config.engine === 'nats') {
    const figures = await measureNats(config, deps);
    const text = renderNatsReport(figures, { ...config, folder });
    return { text, json: renderNatsJson(figures, config.replicas) };
  }
  const presence = await presenceOf(config);
  const figures = await measure(config, deps, 'version' in presence);
  const cores = deps.cores.description;
  const text = renderReport(figures, { ...config, postfix: described(presence), folder, cores });
  return { text, json: renderJson(figures) };
}

async function measureAndPrint(config: BenchConfig, deps: RunDeps): Promise<void> {
  const { progress, print, interrupted: signal } = deps;
  const cores = chooseCores(await usableCores());
  const parent = await diskFolder();
  const folder = await mkdtemp(join(parent, 'mailprovider-bench-'));
  try {
    // Postfix has processes of another user below it.
    await chmod(folder, 0o711);
    const phase = { access: createAccess(), cores, folder, progress, signal };
    const report = await reportOf(config, phase, parent);
    print(report.text);
    if (config.json) print(report.json);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Measures, prints and ends all that it started; returns the exit code. */
export function run(config: BenchConfig, deps: RunDeps): Promise<number> {
  return exitCodeAfter(() => measureAndPrint(config, deps), deps);
}
