import { Teardown } from '@mailprovider/cluster/teardown';
import { chooseCores, usableCores } from '../measure/cores.ts';
import { exitCodeAfter, type RunDeps } from '../measure/exit-code-after.ts';
import { connectApiServer } from './api-server.ts';
import { autocannon } from './autocannon.ts';
import type { BenchConfig } from './config.ts';
import { measureCreates } from './create-rounds.ts';
import type { Figures } from './figures.ts';
import { measureLoad } from './load-rounds.ts';
import type { LoadTool } from './load-tool.ts';
import { registrationsOf } from './registrations.ts';
import { renderJson, renderReport } from './report.ts';
import { type Setup, setUp } from './set-up.ts';
import { hasWrk, wrk } from './wrk.ts';

async function measureApiServer(config: BenchConfig, setup: Setup, { progress }: RunDeps) {
  const { kubeconfig, ours, peer, signal } = setup;
  const api = await connectApiServer(kubeconfig);
  try {
    const { validation, mutation } = await registrationsOf(ours);
    const ofPeer = await registrationsOf(peer);
    return await measureCreates(
      {
        none: { registrations: {} },
        peer: {
          registrations: { validation: ofPeer.validation },
          asked: { webhook: peer, paths: ['/validate'] },
        },
        ours: { registrations: { validation }, asked: { webhook: ours, paths: ['/validate'] } },
        oursWithMutation: {
          registrations: { validation, mutation },
          asked: { webhook: ours, paths: ['/mutate', '/validate'] },
        },
      },
      { api, creates: config.creates, progress, signal },
    );
  } finally {
    api.close();
  }
}

async function measure(
  config: BenchConfig,
  setup: Setup,
  load: { readonly tool: LoadTool; readonly pin: readonly string[] },
  deps: RunDeps,
): Promise<Figures> {
  const { ours, peer, files, signal } = setup;
  const { seconds, runs, connections } = config;
  const { bodyFile } = files;
  const { progress } = deps;
  const options = { ...load, bodyFile, seconds, runs, connections, progress, signal };
  return {
    load: await measureLoad(ours, peer, options),
    creates: await measureApiServer(config, setup, deps),
  };
}

async function measureAndPrint(config: BenchConfig, deps: RunDeps): Promise<void> {
  const cores = chooseCores(await usableCores());
  const tool = (await hasWrk()) ? wrk : autocannon;
  const teardown = new Teardown();
  try {
    const { progress, interrupted: signal } = deps;
    const setup = await setUp(config, { pin: cores.measured, progress, signal, teardown });
    const load = { tool, pin: cores.load };
    const figures = await measure(config, setup, load, deps).catch((error: unknown) => {
      // What ended is the cause; that a call or the load then failed is not.
      setup.signal.throwIfAborted();
      throw error;
    });
    const circumstances = { ...config, cores: cores.description, loadTool: tool.name };
    deps.print(renderReport(figures, circumstances));
    if (config.json) deps.print(renderJson(figures));
  } finally {
    await teardown.run();
  }
}

/** Measures, prints and ends all that it started; returns the exit code. */
export function run(config: BenchConfig, deps: RunDeps): Promise<number> {
  return exitCodeAfter(() => measureAndPrint(config, deps), deps);
}
