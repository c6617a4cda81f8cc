import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import t from 'tap';
import { providerOf, secretOf, sharedCluster, WITHOUT_CLUSTER } from './shared-cluster.ts';

const command = join(import.meta.dirname, '../../../packages/cli/bin/mailprovider.js');

async function probe(...args: readonly string[]) {
  const all = [command, 'probe', ...args];
  const { exitCode, stdout, stderr } = await execa(process.execPath, all, { reject: false });
  return { exitCode, stdout, stderr };
}

t.test('a provider of the cluster is probed by its name', { skip: WITHOUT_CLUSTER }, async (t) => {
  const cluster = sharedCluster();
  const { kubectl, namespace } = cluster;
  const name = 'probed-by-name';
  const inNamespace = ['--credentials-namespace', namespace];
  const secret = secretOf(name, { password: cluster.password });
  t.match(await kubectl(['apply', '-f', '-'], secret), { exitCode: 0 });
  t.match(await kubectl(['apply', '-f', '-'], providerOf(cluster, name)), { exitCode: 0 });

  const passed = await probe(name, '--allow-loopback', ...inNamespace);
  t.equal(passed.exitCode, 0, passed.stderr);
  t.match(passed.stdout, /^ {2}auth +\d/m);
  t.match(passed.stdout, /certificate +verified/);
  t.notMatch(passed.stdout, cluster.password);

  const denied = await probe(name, ...inNamespace);
  t.equal(denied.exitCode, 10, 'loopback is for development only');
  t.match(denied.stdout, 'AddressNotAllowed');

  t.match(await kubectl(['delete', 'secret', name]), { exitCode: 0 });
  const withoutSecret = await probe(name, '--allow-loopback', '-o', 'json', ...inNamespace);
  t.equal(withoutSecret.exitCode, 3);
  t.match(JSON.parse(withoutSecret.stdout), {
    results: [{ provider: name, verdict: 'password-not-loaded', reason: 'SecretNotFound' }],
  });
  t.match(await kubectl(['delete', 'mailprovider', name]), { exitCode: 0 });

  t.match(await probe(name), {
    exitCode: 1,
    stderr: `mailprovider: mailprovider "${name}" is neither in the cluster nor a file here`,
  });
  t.match(await probe(name, '--context', 'no-such'), {
    exitCode: 1,
    stderr: 'mailprovider: --context: the kubeconfig has no context "no-such"',
  });
});
