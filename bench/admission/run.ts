import { exitCodeOf } from '@mailprovider/cluster/command';
import { Interruption } from '@mailprovider/cluster/interruption';
import { Teardown } from '@mailprovider/cluster/teardown';
import { connectApiServer } from './api-server.ts';
import { autocannon } from './autocannon.ts';
import { type BenchDirectory, createBenchDirectory } from './bench-directory.ts';
import { measureCalls } from './call-time.ts';
import type { BenchConfig } from './config.ts';
import { startControlPlane } from './control-plane.ts';
import { type Cores, chooseCores, usableCores } from './cores.ts';
import { measureCreates } from './create-rounds.ts';
import type { Figures } from './figures.ts';
import { measureLoad } from './load-rounds.ts';
import type { LoadTool } from './load-tool.ts';
import { obtainPeer } from './peer-program.ts';
import { registrationsOf } from './registrations.ts';
import { renderJson, renderReport } from './report.ts';
import { type RunningWebhook, startWebhook } from './running-webhook.ts';
import { OURS, peerAt } from './webhook-command.ts';
import { hasWrk, wrk } from './wrk.ts';

export interface RunDeps {
  /** Writes a line of the result. */
  readonly print: (line: string) => void;
  /** Writes a line about what goes on. */
  readonly progress: (message: string) => void;
  /** Aborted with an Interruption when we are to end. */
  readonly interrupted: AbortSignal;
}

/** What runs while we measure. */
interface Setup {
  readonly directory: BenchDirectory;
  readonly kubeconfig: string;
  readonly ours: RunningWebhook;
  readonly peer: RunningWebhook;
  /** Aborted when something of it fails, or we are to end. */
  readonly signal: AbortSignal;
}

async function setUp(
  config: BenchConfig,
  cores: Cores,
  deps: RunDeps,
  teardown: Teardown,
): Promise<Setup> {
  const { progress, interrupted } = deps;
  const program = await obtainPeer({ ...config, progress, signal: interrupted });
  const directory = await createBenchDirectory();
  teardown.add(() => directory.remove());
  const cluster = await startControlPlane(config, { progress, signal: interrupted });
  teardown.add(() => cluster.close());
  const signal = AbortSignal.any([interrupted, cluster.failed]);
  const { KUBECONFIG: kubeconfig, MAILPROVIDER_NAMESPACE } = cluster.environment;
  const start = async (command: typeof OURS) => {
    const { certificateFile, keyFile, authorityPem, path } = directory;
    const webhook = await startWebhook(command, {
      inputs: {
        certificateFile,
        keyFile,
        kubeconfig,
        credentialsNamespace: MAILPROVIDER_NAMESPACE,
      },
      authorityPem,
      pin: cores.webhook,
      environment: config.environment,
      logDirectory: path,
      signal,
    });
    teardown.add(() => webhook.stop());
    return webhook;
  };
  const ours = await start(OURS);
  const peer = await start(peerAt(program));
  const failed = AbortSignal.any([signal, ours.failed, peer.failed]);
  return { directory, kubeconfig, ours, peer, signal: failed };
}

async function measureApiServer(config: BenchConfig, setup: Setup, { progress }: RunDeps) {
  const { kubeconfig, ours, peer, signal } = setup;
  const api = await connectApiServer(kubeconfig);
  try {
    const { validation, mutation } = await registrationsOf(ours);
    const ofPeer = await registrationsOf(peer);
    return await measureCreates(
      {
        none: { registrations: {} },
        peer: { registrations: { validation: ofPeer.validation }, webhook: peer },
        ours: { registrations: { validation }, webhook: ours },
        oursWithMutation: { registrations: { validation, mutation }, webhook: ours },
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
  const { ours, peer, directory, signal } = setup;
  const { seconds, runs, connections, creates } = config;
  const { bodyFile } = directory;
  const { progress } = deps;
  const options = { ...load, bodyFile, seconds, runs, connections, progress, signal };
  return {
    load: await measureLoad(ours, peer, options),
    creates: await measureApiServer(config, setup, deps),
    calls: await measureCalls(ours, peer, creates),
  };
}

async function measureAndPrint(config: BenchConfig, deps: RunDeps): Promise<void> {
  const cores = chooseCores(await usableCores());
  const tool = (await hasWrk()) ? wrk : autocannon;
  const teardown = new Teardown();
  try {
    const setup = await setUp(config, cores, deps, teardown);
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
export async function run(config: BenchConfig, deps: RunDeps): Promise<number> {
  try {
    await measureAndPrint(config, deps);
    return 0;
  } catch (error) {
    if (error instanceof Interruption) return exitCodeOf(error.signal);
    deps.progress(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
