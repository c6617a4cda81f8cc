import { dirname, join } from 'node:path';
import type { Cluster } from '@mailprovider/cluster';
import { API_VERSION } from '@mailprovider/provider/identity';
import { execa } from 'execa';
import t from 'tap';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { launch } from './launch.ts';
import { startTestCluster } from './test-cluster.ts';

// What would disturb the tests of the shared cluster, in a cluster of its own.

function kubectlOf(cluster: Cluster) {
  return (args: readonly string[], input: object = {}) =>
    execa('kubectl', args, {
      input: JSON.stringify(input),
      reject: false,
      env: { ...cluster.environment },
    });
}

function provider(name: string, smtp: object) {
  return {
    apiVersion: API_VERSION,
    kind: 'MailProvider',
    metadata: { name },
    spec: {
      smtp: { host: 'smtp.example.com', port: 587, username: 'mailer', ...smtp },
      sender: { address: 'noreply@example.com' },
    },
  };
}

const reasonPath = (type: string) => `{.status.conditions[?(@.type=="${type}")].reason}`;

t.test('in a cluster where something is missing', { skip: WITHOUT_PROGRAMS }, async (t) => {
  const cluster = await startTestCluster(t);
  const kubectl = kubectlOf(cluster);

  await t.test('a Secret that health may not read is told in status', async (t) => {
    const binding = ['rolebinding', 'mailprovider-health', '-n', 'mailprovider-credentials'];
    t.match(await kubectl(['delete', ...binding]), { exitCode: 0 });
    const forbidden = provider('forbidden', { passwordRef: { name: 'any', key: 'password' } });
    t.match(await kubectl(['create', '-f', '-'], forbidden), { exitCode: 0 });
    const reason = `--for=jsonpath=${reasonPath('PasswordLoaded')}=SecretForbidden`;
    const wait = ['wait', 'mailprovider/forbidden', reason, '--timeout=5s'];
    t.match(await kubectl(wait), { exitCode: 0 });
  });

  await t.test('health checks also when it never could list Secrets', async (t) => {
    const kubeconfig = join(dirname(cluster.environment.KUBECONFIG), 'health.kubeconfig');
    const flags = ['--kubeconfig', kubeconfig, '--metrics-bind-address', '127.0.0.1:0'];
    // The one of the cluster leads.
    const { serving } = launch(t, 'health', [...flags, '--leader-elect=false']);
    const url = await serving('operations');
    const counted = /health_check_total\{provider="forbidden",result="secret_forbidden"\} 1/;
    while (!counted.test(await (await fetch(`${url}/metrics`)).text()));
    t.equal((await fetch(`${url}/readyz`)).status, 503, 'and is not ready');
  });

  await t.test('what was stored while the webhook was absent is told in status', async (t) => {
    const stored = provider('stored', {});
    t.match(await kubectl(['create', '-f', '-'], stored), { exitCode: 1 });
    const registrations = ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'];
    for (const kind of registrations) await kubectl(['delete', kind, '--all']);
    // The API server takes a moment to see that nobody is to be asked any more.
    while ((await kubectl(['create', '-f', '-'], stored)).exitCode !== 0);

    const reason = `--for=jsonpath=${reasonPath('Ready')}=ValidationFailed`;
    t.match(await kubectl(['wait', 'mailprovider/stored', reason, '--timeout=5s']), {
      exitCode: 0,
    });
    const message = reasonPath('Ready').replace('.reason', '.message');
    t.match(await kubectl(['get', 'mailprovider', 'stored', '-o', `jsonpath=${message}`]), {
      stdout:
        'spec.smtp.passwordRef: Required value: passwordRef must be specified when username is provided',
    });
  });
});
