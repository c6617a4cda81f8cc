import { setTimeout as delay } from 'node:timers/promises';
import { defaultProcesses } from '@mailprovider/cluster';
import { type ApiConnection, leases, mailProviders } from '@mailprovider/kube';
import { conditionOf } from '@mailprovider/provider/conditions';
import { API_VERSION, PLURAL } from '@mailprovider/provider/identity';
import t from 'tap';
import { anonymousProvider } from '../acceptance/leader-cluster.ts';
import { startTestCluster } from '../acceptance/test-cluster.ts';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import type { Exchange, FaultSource } from './fault-proxy.ts';
import { adminConnection, healthToken, startHealthBehindFaults } from './health-behind-faults.ts';
import { switchedServer } from './switched-server.ts';

const NAME = 'stale-write';
const UNHEALTHY_INTERVAL_MS = 2_000;
const FLAGS = [
  ...['--leader-elect-lease-duration', '2s'],
  ...['--leader-elect-renew-deadline', '1500ms'],
  ...['--leader-elect-retry-period', '300ms'],
  ...['--healthy-interval', '1h', '--unhealthy-interval', `${UNHEALTHY_INTERVAL_MS}ms`],
];

/** Keeps the first status write to itself, for whoever awaits `held`. */
function holdFirstStatusWrite() {
  let hold: (exchange: Exchange) => void = () => {};
  const held = new Promise<Exchange>((resolve) => {
    hold = resolve;
  });
  let isFirst = true;
  const source: FaultSource = (kind) => {
    if (kind !== 'status-write' || !isFirst) return undefined;
    isFirst = false;
    return { name: 'held', inject: hold };
  };
  return { held, source };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(20);
}

async function healthyOf(admin: ApiConnection) {
  const [provider] = await mailProviders(admin).list();
  return conditionOf(provider?.status?.conditions, 'Healthy')?.status;
}

t.test(
  'a status that a stopped leader had sent, and that arrives after that of the next, does not stand',
  { skip: WITHOUT_PROGRAMS },
  async (t) => {
    const cluster = await startTestCluster(t, defaultProcesses({ health: 0, sender: false }));
    const admin = adminConnection(t, cluster);
    const token = await healthToken(admin);
    const server = await switchedServer(t, cluster);
    const { held, source } = holdFirstStatusWrite();
    const leader = await startHealthBehindFaults(t, cluster, token, source, FLAGS);
    const { read } = leases(admin, 'mailprovider-system');
    await until(async () => !!(await read('mailprovider-health')).lease?.spec.holderIdentity);
    await startHealthBehindFaults(t, cluster, token, () => undefined, FLAGS);

    const path = `/apis/${API_VERSION}/${PLURAL}`;
    const body = anonymousProvider(NAME, { port: server.port });
    await admin.request({ method: 'POST', path, body });
    const staleWrite = await held;
    leader.child.kill('SIGSTOP');
    await server.on();
    await until(async () => (await healthyOf(admin)) === 'True');

    await staleWrite.perform();
    t.equal(await healthyOf(admin), 'False', 'it arrives, since nothing can prevent that');
    const begin = performance.now();
    leader.child.kill('SIGCONT');
    await until(async () => (await healthyOf(admin)) === 'True');
    const tookMs = performance.now() - begin;
    t.ok(tookMs < 2 * UNHEALTHY_INTERVAL_MS, `and is put right after ${Math.round(tookMs)} ms`);
  },
);
