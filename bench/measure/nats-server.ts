import { hasGo } from '@mailprovider/cluster/go-build';
import { buildNatsServer, findNatsServer } from '@mailprovider/cluster/nats/nats-program';
import type { ControlPlaneConfig, ControlPlaneDeps } from './control-plane.ts';

/** Finds nats-server, or builds it with Go; rejects where there is neither. */
export async function obtainNatsServer(
  { assetsDirectory, cacheDirectory, environment }: ControlPlaneConfig,
  { progress, signal }: ControlPlaneDeps,
): Promise<string> {
  const path = environment['PATH'] ?? '';
  const found = await findNatsServer({ assetsDirectory, cacheDirectory, path });
  if (found !== undefined) return found;
  if (!(await hasGo(environment))) {
    throw new Error('no nats-server, and no Go to build it: see https://go.dev/dl');
  }
  return buildNatsServer({ cacheDirectory, environment, progress, signal });
}
