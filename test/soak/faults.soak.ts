import { cp, rm } from 'node:fs/promises';
import { type Cluster, defaultProcesses } from '@mailprovider/cluster';
import { API_VERSION, PLURAL } from '@mailprovider/provider/identity';
import t, { type Test } from 'tap';
import { anonymousProvider } from '../acceptance/leader-cluster.ts';
import { startTestCluster } from '../acceptance/test-cluster.ts';
import { assertUnharmed } from '../faults/assert-unharmed.ts';
import { runFaults } from '../faults/fault-run.ts';
import { adminConnection } from '../faults/health-behind-faults.ts';

const FAULTS = 600;

t.setTimeout(1_800_000);

/** What happens to the control plane, by how many faults are left then. */
function disasters(t: Test, { controlPlane, environment }: Cluster) {
  let copy = '';
  const admin = adminConnection(t, { environment });
  const port = Number(environment.MAILPROVIDER_SMTP_PORT);
  const path = `/apis/${API_VERSION}/${PLURAL}`;
  return new Map<number, () => Promise<unknown>>([
    [450, () => controlPlane.restartApiServer()],
    [
      350,
      () =>
        controlPlane.restart(async (data) => {
          copy = `${data}-copy`;
          await cp(data, copy, { recursive: true });
        }),
    ],
    [
      300,
      () => admin.request({ method: 'POST', path, body: anonymousProvider('younger', { port }) }),
    ],
    [
      150,
      () =>
        controlPlane.restart(async (data) => {
          await rm(data, { recursive: true });
          await cp(copy, data, { recursive: true });
        }),
    ],
  ]);
}

t.test(
  'after 600 faults, a restart of the API server and a restored etcd every status is right',
  async (t) => {
    const cluster = await startTestCluster(t, defaultProcesses({ health: 0, sender: false }));
    const due = disasters(t, cluster);
    const done: number[] = [];
    const run = await runFaults(t, {
      cluster,
      faults: FAULTS,
      seed: Date.now(),
      async disturb(left) {
        for (const [at, happen] of due) {
          if (left > at) continue;
          due.delete(at);
          done.push(at);
          await happen();
        }
      },
    });
    t.comment(JSON.stringify(run));
    t.strictSame(done, [450, 350, 300, 150]);
    assertUnharmed(t, run);
  },
);
