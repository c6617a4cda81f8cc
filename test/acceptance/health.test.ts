import { setImmediate } from 'node:timers/promises';
import t, { type Test } from 'tap';
import {
  providerOf,
  type SharedCluster,
  secretOf,
  sharedCluster,
  WITHOUT_CLUSTER,
} from './shared-cluster.ts';

/** What a change of a Secret may take until it shows in status. */
const SOON = '--timeout=2s';

/** A provider whose Secret the test changes. */
function secretChanges(t: Test, cluster: SharedCluster, name: string) {
  const { kubectl } = cluster;
  const { metadata } = secretOf(name, {});
  const remove = () => kubectl(['delete', `secret/${name}`, '--ignore-not-found']);
  t.teardown(() => kubectl(['delete', `mailprovider/${name}`]));
  t.teardown(remove);
  return {
    remove,
    apply: async (secret: object) => {
      const object = { ...secretOf(name, {}), ...secret };
      await kubectl(['apply', '-f', '-'], {
        ...object,
        metadata: { ...metadata, ...(('metadata' in secret && secret.metadata) || {}) },
      });
    },
    reason: (condition: string, reason: string) => {
      const path = `{.status.conditions[?(@.type=="${condition}")].reason}`;
      return kubectl(['wait', `mailprovider/${name}`, `--for=jsonpath=${path}=${reason}`, SOON]);
    },
  };
}

t.test(
  'whatever is wrong with a Secret is told apart, within 2 s of the change',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const cluster = sharedCluster();
    const { kubectl, password } = cluster;
    const name = 'secret-faults';
    const { apply, remove, reason } = secretChanges(t, cluster, name);
    await kubectl(['apply', '-f', '-'], providerOf(cluster, name));
    const told = async (condition: string, expected: string) =>
      t.match(await reason(condition, expected), { exitCode: 0, stderr: '' }, expected);

    await told('PasswordLoaded', 'SecretNotFound');
    await apply({ stringData: { other: password } });
    await told('PasswordLoaded', 'SecretKeyMissing');
    await apply({ stringData: { password: '' } });
    await told('PasswordLoaded', 'SecretEmpty');
    await apply({ stringData: { password: '\n' } });
    await told('PasswordLoaded', 'SecretEmpty');
    const bound = (hosts: string) => ({
      metadata: { annotations: { 'mailprovider.io/allowed-hosts': hosts } },
    });
    await apply({ ...bound('smtp.example.com'), stringData: { password } });
    await told('PasswordLoaded', 'SecretNotBoundToHost');
    await apply({ ...bound(`smtp.example.com, ${cluster.host}`), stringData: { password } });
    await told('Healthy', 'HealthCheckPassed');
    await apply({ stringData: { password: 'wrong' } });
    await told('Healthy', 'AuthenticationFailed');
    await apply({ stringData: { password: `${password}\n` } });
    await told('Healthy', 'HealthCheckPassed');
    await remove();
    await told('PasswordLoaded', 'SecretNotFound');
    await apply({ type: 'kubernetes.io/basic-auth', stringData: { username: 'x', password } });
    await told('Healthy', 'HealthCheckPassed');
    await remove();
    await apply({ type: 'example.com/other', stringData: { password } });
    await told('PasswordLoaded', 'SecretTypeNotAllowed');

    const { stdout } = await kubectl(['describe', 'mailprovider', name]);
    for (const event of [
      /Warning +SecretNotFound .* mailprovider-health +Secret "/,
      /Warning +SecretNotBoundToHost /,
      /Normal +HealthCheckPassed /,
      /Warning +AuthenticationFailed .*reply 535/,
      /Warning +SecretValueTrimmed .*without its final line break/,
    ]) {
      t.match(stdout, event, 'kubectl describe shows the event');
    }
  },
);

t.test('an annotation has a provider checked at once', { skip: WITHOUT_CLUSTER }, async (t) => {
  const cluster = sharedCluster();
  const { kubectl, password } = cluster;
  const name = 'probe-requested';
  const { apply, reason } = secretChanges(t, cluster, name);
  await apply({ stringData: { password } });
  await kubectl(['apply', '-f', '-'], providerOf(cluster, name));
  t.match(await reason('Healthy', 'HealthCheckPassed'), { exitCode: 0 });
  const lastCheck = async () => {
    const path = '{.status.lastHealthCheck}';
    return (await kubectl(['get', 'mailprovider', name, '-o', `jsonpath=${path}`])).stdout;
  };
  const first = await lastCheck();
  // lastHealthCheck has whole seconds.
  while (new Date().toISOString().slice(0, 19) === first.slice(0, 19)) await setImmediate();
  const request = `mailprovider.io/probe-requested-at=${new Date().toISOString()}`;
  await kubectl(['annotate', 'mailprovider', name, request]);
  const wait = ['wait', `mailprovider/${name}`];
  while ((await lastCheck()) === first) await setImmediate();
  t.match(await kubectl([...wait, '--for=condition=Healthy', SOON]), { exitCode: 0 });
});
