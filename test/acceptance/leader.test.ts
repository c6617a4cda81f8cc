import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { defaultProcesses } from '@mailprovider/cluster';
import { conditionOf } from '@mailprovider/provider/conditions';
import t, { type Test } from 'tap';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { launch } from './launch.ts';
import { anonymousProvider, type OwnCluster, ownCluster } from './leader-cluster.ts';

const LEASE = 'mailprovider-health';
const DURATION_MS = 2_000;
const SHORT = [
  ...['--leader-elect-lease-duration', `${DURATION_MS}ms`],
  ...['--leader-elect-renew-deadline', '1500ms'],
  ...['--leader-elect-retry-period', '300ms'],
];

/** Starts a health process; `says` waits for a message of its log from now on. */
function startHealth(t: Test, kubeconfig: string, flags: readonly string[] = []) {
  const { child } = launch(t, 'health', [
    ...['--kubeconfig', kubeconfig, '--metrics-bind-address', '127.0.0.1:0', '--allow-loopback'],
    ...flags,
  ]);
  const says = (message: string) =>
    new Promise<void>((resolve) => {
      createInterface(child.stdout).on('line', (line) => {
        if (line.includes(`"msg":"${message}"`)) resolve();
      });
    });
  return { child, says };
}

/** Waits for another holder of the Lease than this one, and returns it. */
async function nextHolder({ leases }: OwnCluster, before: string): Promise<string> {
  for (;;) {
    const holder = (await leases.read(LEASE)).lease?.spec.holderIdentity;
    if (holder && holder !== before) return holder;
  }
}

/** Two processes, the first of which leads. */
async function pair(t: Test, cluster: OwnCluster, kubeconfig: string, flags?: readonly string[]) {
  const before = (await cluster.leases.read(LEASE)).lease?.spec.holderIdentity ?? '';
  const leader = startHealth(t, kubeconfig, flags);
  const holder = await nextHolder(cluster, before);
  const follower = startHealth(t, kubeconfig, flags);
  await follower.says('following');
  return { leader, follower, holder };
}

async function ended({ child }: ReturnType<typeof startHealth>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

t.test('of several health processes one leads', { skip: WITHOUT_PROGRAMS }, async (t) => {
  const webhook = defaultProcesses({ health: 0, sender: false });
  const cluster = await ownCluster(t, webhook);
  const kubeconfig = await cluster.healthKubeconfig();

  await t.test('a follower leads within 3 s of the SIGTERM of the leader', async (t) => {
    const { leader, follower, holder } = await pair(t, cluster, kubeconfig);
    const begin = performance.now();
    leader.child.kill('SIGTERM');
    await nextHolder(cluster, holder);
    const tookMs = performance.now() - begin;
    t.ok(tookMs < 3_000, `${Math.round(tookMs)} ms`);

    const port = Number(cluster.environment.MAILPROVIDER_SMTP_PORT);
    await cluster.create(anonymousProvider('after-hand-over', { port }));
    const healthy = ['wait', 'mailprovider/after-hand-over', '--for=condition=Healthy'];
    t.match(await cluster.kubectl([...healthy, '--timeout=5s']), { exitCode: 0 }, 'and checks');
    await ended(follower);
    t.match(await cluster.leases.read(LEASE), { lease: { spec: { holderIdentity: '' } } });
  });

  await t.test('a follower leads when the Lease of a killed leader has run out', async (t) => {
    const { leader, follower, holder } = await pair(t, cluster, kubeconfig, SHORT);
    const begin = performance.now();
    leader.child.kill('SIGKILL');
    await nextHolder(cluster, holder);
    const tookMs = performance.now() - begin;
    t.ok(tookMs > DURATION_MS / 2, `${Math.round(tookMs)} ms, not before`);
    t.ok(tookMs < DURATION_MS * 3, `${Math.round(tookMs)} ms, soon after`);
    await ended(follower);
  });

  await t.test('what a stopped leader found out does not survive', async (t) => {
    const name = 'stopped-leader';
    const peer = await silentAtFirst(t, cluster);
    const { leader, follower, holder } = await pair(t, cluster, kubeconfig, SHORT);
    await cluster.create(anonymousProvider(name, { port: peer.port }));
    const [socket] = await peer.firstDial;
    leader.child.kill('SIGSTOP');
    await nextHolder(cluster, holder);
    const healthy = ['wait', `mailprovider/${name}`, '--for=condition=Healthy', '--timeout=5s'];
    t.match(await cluster.kubectl(healthy), { exitCode: 0 });
    const statusOf = async () => {
      const all = await cluster.providers.list();
      return all.find(({ metadata }) => metadata.name === name)?.status;
    };
    const before = await statusOf();
    t.equal(conditionOf(before?.conditions, 'Healthy')?.status, 'True');
    // The old leader is to find a failed probe when it goes on.
    socket.destroy();
    const follows = leader.says('following');
    leader.child.kill('SIGCONT');
    await follows;
    t.strictSame(await statusOf(), before);
    await Promise.all([ended(leader), ended(follower)]);
  });
});

/** Keeps its first client waiting, and hands all others to the SMTP server of the cluster. */
async function silentAtFirst(t: Test, { environment }: OwnCluster) {
  const dials: Socket[] = [];
  const server = createServer((socket) => {
    dials.push(socket);
    socket.on('error', () => {});
    if (dials.length === 1) return;
    const { MAILPROVIDER_SMTP_HOST: host, MAILPROVIDER_SMTP_PORT: port } = environment;
    const sink = connect(Number(port), host);
    sink.on('error', () => {});
    socket.pipe(sink).pipe(socket);
  });
  const firstDial = once(server, 'connection');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of dials) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, firstDial };
}
