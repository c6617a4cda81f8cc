import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, type ClusterProcess, defaultProcesses } from '@mailprovider/cluster';
import { type ApiConnection, mailProviders } from '@mailprovider/kube';
import { conditionOf } from '@mailprovider/provider/conditions';
import { API_VERSION, PLURAL } from '@mailprovider/provider/identity';
import t from 'tap';
import { anonymousProvider } from '../acceptance/leader-cluster.ts';
import { startTestCluster } from '../acceptance/test-cluster.ts';
import { adminConnection } from '../faults/health-behind-faults.ts';
import { metricsOf } from '../faults/process-figures.ts';
import { switchedServer } from '../faults/switched-server.ts';

const PROVIDERS = 50;
const ROUNDS = 6;
const STOPPED_MS = 20_000;
const INTERVAL_MS = 2_000;
/** After that nothing that is under way can be left. */
const WATCHED_MS = 10_000;
/**
 * A write that had begun when the leader was stopped lands when it goes on; the one that leads now puts
 * it right after the unhealthy interval, 10 % more or less, and a check.
 */
const STANDS_AT_MOST_MS = 2 * INTERVAL_MS + 1_000;

t.setTimeout(600_000);

/** The process that checks. */
async function leaderOf({ processes }: Cluster): Promise<ClusterProcess> {
  for (;;) {
    for (const candidate of processes) {
      if (!candidate.name.startsWith('health')) continue;
      const metrics = await metricsOf(candidate.operationsUrl ?? '');
      if (metrics.includes('breakglass_mailprovider_status{')) return candidate;
    }
  }
}

/** How many have a status that says something else. */
async function wrongOf(admin: ApiConnection, healthy: 'True' | 'False'): Promise<number> {
  const all = await mailProviders(admin).list();
  const right = all.filter(
    ({ status }) => conditionOf(status?.conditions, 'Healthy')?.status === healthy,
  );
  return PROVIDERS - right.length;
}

/** When the statuses first said `healthy` and when one last did not, in milliseconds from now. */
async function watchStatuses(
  admin: ApiConnection,
  healthy: 'True' | 'False',
): Promise<{ rightAfterMs: number; lastWrongMs: number }> {
  const begin = performance.now();
  while ((await wrongOf(admin, healthy)) > 0);
  const rightAfterMs = performance.now() - begin;
  let lastWrongMs = rightAfterMs;
  while (performance.now() - begin < WATCHED_MS) {
    if ((await wrongOf(admin, healthy)) > 0) lastWrongMs = performance.now() - begin;
  }
  return { rightAfterMs, lastWrongMs };
}

t.test('what changed while a leader was stopped for 20 s is told, and stays told', async (t) => {
  const interval = `${INTERVAL_MS}ms`;
  const healthFlags = ['--healthy-interval', interval, '--unhealthy-interval', interval];
  const cluster = await startTestCluster(
    t,
    defaultProcesses({ health: 2, sender: false, healthFlags }),
  );
  const admin = adminConnection(t, cluster);
  const server = await switchedServer(t, cluster);
  const path = `/apis/${API_VERSION}/${PLURAL}`;
  for (let index = 0; index < PROVIDERS; index += 1) {
    const body = anonymousProvider(`stopped-${index}`, { port: server.port });
    await admin.request({ method: 'POST', path, body });
  }
  while ((await wrongOf(admin, 'False')) > 0);

  for (let round = 1; round <= ROUNDS; round += 1) {
    const { pid = 0 } = await leaderOf(cluster);
    process.kill(pid, 'SIGSTOP');
    const truth = round % 2 === 1 ? 'True' : 'False';
    await (truth === 'True' ? server.on() : server.off());
    await delay(STOPPED_MS);
    const before = await wrongOf(admin, truth);
    process.kill(pid, 'SIGCONT');
    const { rightAfterMs, lastWrongMs } = await watchStatuses(admin, truth);
    t.comment(
      `${truth}: ${before} wrong after ${STOPPED_MS} ms, none ${Math.round(rightAfterMs)} ms later, the last ${Math.round(lastWrongMs)} ms later`,
    );
    t.ok(lastWrongMs < STANDS_AT_MOST_MS, `${lastWrongMs} ms: no stale status stands`);
  }
});
