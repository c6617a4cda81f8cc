import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { startMailbox } from '@mailprovider/mailbox';
import { type Authority, createAuthority } from '@mailprovider/pki';
import { SMTPServer } from 'smtp-server';
import t, { type Test } from 'tap';
import {
  providerOf,
  type SharedCluster,
  secretOf,
  sharedCluster,
  WITHOUT_CLUSTER,
} from './shared-cluster.ts';

/** The bound of the issue: a check may take 10 s. */
const REASON_WITHIN = '--timeout=11s';
/** A failure is looked at again after 30 s and 10 % at the latest. */
const HEALED_WITHIN = '--timeout=45s';

const now = new Date();
const trusted = createAuthority({ commonName: 'trusted', validDays: 1, now });
const unknown = createAuthority({ commonName: 'unknown', validDays: 1, now });

interface Peer {
  readonly port: number;
  /** Ends the fault and frees the port. */
  close(): Promise<void>;
}

/** A listener that does nothing but what `onConnection` does. */
async function rawPeer(onConnection: (socket: Socket) => void): Promise<Peer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function closedPort(): Promise<Peer> {
  const peer = await rawPeer(() => {});
  await peer.close();
  return { port: peer.port, close: async () => {} };
}

async function withoutStartTls(): Promise<Peer> {
  const server = new SMTPServer({ disabledCommands: ['STARTTLS'], authOptional: true });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** A working server, its certificate issued by `authority`. */
async function workingServer(cluster: SharedCluster, authority: Authority, port: number) {
  const { username, password } = cluster;
  const mailbox = await startMailbox({
    host: '127.0.0.1',
    smtpPort: port,
    smtpsPort: 0,
    httpPort: 0,
    certificate: authority.issue({
      commonName: 'server',
      addresses: ['127.0.0.1'],
      usages: ['server'],
      validDays: 1,
      now,
    }),
    credentials: { username, password },
  });
  return { port: mailbox.smtpPort, close: () => mailbox.close() };
}

interface Case {
  readonly name: string;
  readonly condition: 'Healthy' | 'PasswordLoaded';
  readonly reason: string;
  readonly secret?: Readonly<Record<string, string>>;
  readonly smtp?: object;
  /** What listens while it is broken; without it, the cluster's sink. */
  peer?(): Promise<Peer>;
}

const cases = (cluster: SharedCluster): Case[] => [
  {
    name: 'wrong-password',
    condition: 'Healthy',
    reason: 'AuthenticationFailed',
    secret: { password: 'wrong' },
  },
  { name: 'missing-secret', condition: 'PasswordLoaded', reason: 'SecretNotFound' },
  {
    name: 'missing-key',
    condition: 'PasswordLoaded',
    reason: 'SecretKeyMissing',
    secret: { other: 'x' },
  },
  { name: 'closed-port', condition: 'Healthy', reason: 'ConnectionRefused', peer: closedPort },
  {
    name: 'silent-server',
    condition: 'Healthy',
    reason: 'Timeout',
    peer: () => rawPeer(() => {}),
  },
  {
    name: 'endless-banner',
    condition: 'Healthy',
    reason: 'Timeout',
    peer: () =>
      rawPeer((socket) => {
        const timer = setInterval(() => socket.write('220-still talking\r\n'), 200);
        socket.on('close', () => clearInterval(timer));
      }),
  },
  {
    name: 'no-starttls',
    condition: 'Healthy',
    reason: 'StartTlsNotOffered',
    peer: withoutStartTls,
  },
  {
    name: 'untrusted-certificate',
    condition: 'Healthy',
    reason: 'CertificateNotTrusted',
    peer: () => workingServer(cluster, unknown, 0),
  },
];

/** Breaks one thing, waits for its reason, mends that thing and waits for Healthy. */
async function breakAndMend(t: Test, cluster: SharedCluster, broken: Case): Promise<void> {
  const { kubectl } = cluster;
  const { name, condition, reason } = broken;
  const peer = await broken.peer?.();
  const smtp =
    peer === undefined ? {} : { port: peer.port, certificateAuthority: trusted.certificatePem };
  const right = secretOf(name, { password: cluster.password });
  const secret = peer === undefined ? broken.secret && secretOf(name, broken.secret) : right;
  if (secret !== undefined) await kubectl(['apply', '-f', '-'], secret);
  const provider = providerOf(cluster, name, smtp);
  t.match(await kubectl(['apply', '-f', '-'], provider), { exitCode: 0 });
  t.teardown(() => kubectl(['delete', `mailprovider/${name}`, `secret/${name}`]));

  const path = `{.status.conditions[?(@.type=="${condition}")].reason}`;
  const wait = ['wait', `mailprovider/${name}`];
  const named = await kubectl([...wait, `--for=jsonpath=${path}=${reason}`, REASON_WITHIN]);
  t.match(named, { exitCode: 0, stderr: '' }, `${name}: ${reason}`);
  t.match(await kubectl([...wait, '--for=condition=Ready=false', '--timeout=1s']), { exitCode: 0 });

  await peer?.close();
  if (peer === undefined) await kubectl(['apply', '-f', '-'], right);
  else {
    const mended = await workingServer(cluster, trusted, peer.port);
    t.teardown(() => mended.close());
  }
  const healed = await kubectl([...wait, '--for=condition=Healthy', HEALED_WITHIN]);
  t.match(healed, { exitCode: 0, stderr: '' }, `${name}: healthy again`);
}

t.test(
  'each fault has the reason that the table names, and mending it is enough',
  {
    skip: WITHOUT_CLUSTER,
  },
  async (t) => {
    const cluster = sharedCluster();
    await Promise.all(cases(cluster).map((broken) => breakAndMend(t, cluster, broken)));
  },
);

t.test('a host that does not exist is said not to', { skip: WITHOUT_CLUSTER }, async (t) => {
  const cluster = sharedCluster();
  const { kubectl } = cluster;
  const name = 'unknown-host';
  await kubectl(['apply', '-f', '-'], secretOf(name, { password: cluster.password }));
  await kubectl(['apply', '-f', '-'], providerOf(cluster, name, { host: 'mail.invalid' }));
  t.teardown(() => kubectl(['delete', 'mailprovider', name]));
  const path = '{.status.conditions[?(@.type=="Healthy")].reason}';
  const wait = ['wait', `mailprovider/${name}`, `--for=jsonpath=${path}=HostNotFound`];
  t.match(await kubectl([...wait, REASON_WITHIN]), { exitCode: 0 });
});

t.test('metrics follow the provider and leave with it', { skip: WITHOUT_CLUSTER }, async (t) => {
  const cluster = sharedCluster();
  const { kubectl } = cluster;
  const name = 'measured';
  const series = async () => {
    const texts = await Promise.all(
      cluster.metricsUrls.map(async (url) => (await fetch(url)).text()),
    );
    return texts.flatMap((text) => text.split('\n')).filter((line) => line.includes(`"${name}"`));
  };
  await kubectl(['apply', '-f', '-'], secretOf(name, { password: cluster.password }));
  await kubectl(['apply', '-f', '-'], providerOf(cluster, name));
  const wait = ['wait', `mailprovider/${name}`];
  t.match(await kubectl([...wait, '--for=condition=Healthy', '--timeout=5s']), { exitCode: 0 });
  const lines = await series();
  for (const line of [
    `breakglass_mailprovider_configured{provider="${name}",status="enabled"} 1`,
    `breakglass_mailprovider_health_check_total{provider="${name}",result="success"} 1`,
    `breakglass_mailprovider_status{provider="${name}"} 1`,
  ]) {
    t.ok(lines.includes(line), line);
  }
  await kubectl(['delete', 'mailprovider', name]);
  while ((await series()).length > 0) await new Promise((resolve) => setImmediate(resolve));
  t.strictSame(await series(), []);
});
