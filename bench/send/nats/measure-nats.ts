import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startNatsServer } from '@mailprovider/cluster/nats/nats-server';
import type { Teardown } from '@mailprovider/cluster/teardown';
import { obtainNatsServer } from '../../measure/nats-server.ts';
import { withTeardown } from '../../measure/with-teardown.ts';
import type { BenchConfig } from '../config.ts';
import { type EndToEndPhaseFigures, runEndToEndPhase } from '../end-to-end-phase.ts';
import type { PhaseDeps } from '../phase-deps.ts';
import { PhaseProcesses } from '../phase-processes.ts';
import type { NatsFigures } from './nats-figures.ts';
import { runReplicasPhase } from './replicas-phase.ts';

/** Measures one sender from submission to arrival; the folder is that of this NATS server alone. */
async function measureBeside(
  nats: { readonly program: string; readonly dataDir: string; readonly syncAlways: boolean },
  config: BenchConfig,
  deps: PhaseDeps,
  teardown: Teardown,
): Promise<EndToEndPhaseFigures> {
  const processes = new PhaseProcesses(teardown, deps.signal);
  const { url } = await processes.keep(startNatsServer(nats));
  const engine = { kind: 'nats', url, streamPrefix: 'bench' } as const;
  const { signal } = processes;
  return runEndToEndPhase(config, { ...deps, signal, engine, withPostfix: false }, teardown);
}

/** Measures what senders do that keep their mails in NATS. */
export async function measureNats(config: BenchConfig, deps: PhaseDeps): Promise<NatsFigures> {
  const program = await obtainNatsServer(config, deps);
  const beside = async (name: string, syncAlways: boolean) => {
    deps.progress(name);
    const folder = join(deps.folder, syncAlways ? 'always' : 'usual');
    await mkdir(folder);
    const nats = { program, dataDir: join(folder, 'nats-server'), syncAlways };
    return withTeardown((own) => measureBeside(nats, config, { ...deps, folder }, own));
  };
  const usual = await beside('NATS as it comes', false);
  const syncAlways = await beside('NATS with sync_interval: always', true);
  const replicas = await withTeardown((own) =>
    runReplicasPhase(config, { ...deps, natsServer: program }, own),
  );
  return { usual, syncAlways, replicas };
}
