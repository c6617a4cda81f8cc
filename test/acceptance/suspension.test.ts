import { defaultProcesses } from '@mailprovider/cluster';
import { API_VERSION } from '@mailprovider/provider/identity';
import { execa } from 'execa';
import t from 'tap';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { loginServer } from '../health/login-server.ts';
import { secretOf } from './shared-cluster.ts';
import { startTestCluster } from './test-cluster.ts';

/** Who was killed is followed soon. */
const SHORT_LEASE = [
  ...['--leader-elect-lease-duration', '2s'],
  ...['--leader-elect-renew-deadline', '1500ms'],
  ...['--leader-elect-retry-period', '300ms'],
];

t.test(
  'a refused login is not repeated by a health process that was killed and started again',
  { skip: WITHOUT_PROGRAMS, timeout: 120_000 },
  async (t) => {
    const cluster = await startTestCluster(
      t,
      defaultProcesses({ sender: false, healthFlags: SHORT_LEASE }),
    );
    const env = { ...cluster.environment };
    const kubectl = async (args: readonly string[], input: object = {}) =>
      execa('kubectl', args, { env, input: JSON.stringify(input), reject: false });
    const server = await loginServer(t);
    const name = 'locked';
    await kubectl(['apply', '-f', '-'], secretOf(name, { password: 'wrong' }));
    await kubectl(['apply', '-f', '-'], {
      apiVersion: API_VERSION,
      kind: 'MailProvider',
      metadata: { name },
      spec: {
        smtp: {
          host: '127.0.0.1',
          port: server.port,
          disableTLS: true,
          username: 'user',
          passwordRef: { name, key: 'password' },
        },
        sender: { address: 'a@example.com' },
      },
    });
    const wait = ['wait', `mailprovider/${name}`];
    const suspended = '{.status.authSuspension.reason}=AuthenticationFailed';
    const told = await kubectl([...wait, `--for=jsonpath=${suspended}`, '--timeout=10s']);
    t.match(told, { exitCode: 0 });

    const health = cluster.processes.find((process) => process.name.startsWith('health'));
    for (let restart = 0; restart < 2; restart += 1) {
      await health?.kill();
      const probed = server.sessionEnded();
      await health?.start();
      await probed;
    }
    const request = `mailprovider.io/probe-requested-at=${new Date().toISOString()}`;
    const probed = server.sessionEnded();
    await kubectl(['annotate', 'mailprovider', name, request]);
    await probed;
    t.equal(server.seen.logins, 1, 'neither by two restarts nor on request');

    await kubectl(['apply', '-f', '-'], secretOf(name, { password: 'right' }));
    const healed = await kubectl([...wait, '--for=condition=Healthy', '--timeout=2s']);
    t.match(healed, { exitCode: 0, stderr: '' }, 'healthy within 2 s of the right password');
    t.equal(server.seen.logins, 2);
    const { stdout } = await kubectl(['get', 'mailprovider', name, '-o', 'json']);
    t.notMatch(stdout, /authSuspension/);
  },
);
