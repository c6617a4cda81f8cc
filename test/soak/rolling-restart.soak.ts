import { defaultProcesses } from '@mailprovider/cluster';
import t, { type Test } from 'tap';
import { changeCertificatesUnderLoad } from '../acceptance/certificate-change.ts';
import { restartUnderLoad } from '../acceptance/rolling-restart.ts';
import { startTestCluster } from '../acceptance/test-cluster.ts';

const ROLLS = 10;
const CHANGES = 10;
const PER_SECOND = 200;

t.setTimeout(600_000);

async function clusterOfWebhooks(t: Test) {
  // Health would write a status after each apply, and the API server be busy with that.
  const cluster = await startTestCluster(
    t,
    defaultProcesses({ webhooks: 2, health: 0, sender: false }),
  );
  return cluster;
}

t.test('twenty restarts of webhooks under 200 applies a second fail none of them', async (t) => {
  const cluster = await clusterOfWebhooks(t);
  const result = await restartUnderLoad({ cluster, rolls: ROLLS, perSecond: PER_SECOND });
  const { sent, failed, latencies, seconds } = result.load;
  const quantile = (share: number) => latencies[Math.floor(share * latencies.length)]?.toFixed(0);
  t.comment(
    `${sent} applies in ${seconds.toFixed(0)} s, p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`,
  );
  t.strictSame(failed, []);
  t.ok(result.validated >= sent, `${result.validated} of ${sent} applies were validated`);
  t.equal(result.notMutated, 0);
  t.strictSame(new Set(result.exitCodes), new Set([0]));
  t.ok(sent / seconds > 0.9 * PER_SECOND, 'the machine kept up with the load');
});

t.test('ten changes of authority and certificate under that load fail none', async (t) => {
  const cluster = await clusterOfWebhooks(t);
  const { load, notMutated } = await changeCertificatesUnderLoad({
    cluster,
    changes: CHANGES,
    perSecond: PER_SECOND,
  });
  t.comment(`${load.sent} applies in ${load.seconds.toFixed(0)} s`);
  t.strictSame(load.failed, []);
  t.equal(notMutated, 0);
});
