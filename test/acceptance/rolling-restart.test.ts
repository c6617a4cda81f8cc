import { defaultProcesses } from '@mailprovider/cluster';
import { API_VERSION } from '@mailprovider/provider/identity';
import { execa } from 'execa';
import t from 'tap';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { changeCertificatesUnderLoad } from './certificate-change.ts';
import { restartUnderLoad } from './rolling-restart.ts';
import { startTestCluster } from './test-cluster.ts';

function provider(name: string, metadata: object = {}) {
  return {
    apiVersion: API_VERSION,
    kind: 'MailProvider',
    metadata: { name, ...metadata },
    spec: {
      smtp: { host: 'smtp.example.com', port: 587 },
      sender: { address: 'noreply@example.com' },
    },
  };
}

t.test('in a cluster with two webhooks', { skip: WITHOUT_PROGRAMS }, async (t) => {
  // Health would write a status after each apply, and the API server be busy with that.
  const cluster = await startTestCluster(
    t,
    defaultProcesses({ webhooks: 2, health: 0, sender: false }),
  );
  const kubectl = (args: readonly string[], input: object = {}) =>
    execa('kubectl', args, {
      input: JSON.stringify(input),
      reject: false,
      env: { ...cluster.environment },
    });

  await t.test('a rolling restart under load fails no apply', async (t) => {
    const result = await restartUnderLoad({ cluster, rolls: 1, perSecond: 200 });
    const { sent, failed } = result.load;
    t.strictSame(failed, []);
    t.ok(result.validated >= sent, `${result.validated} of ${sent} applies were validated`);
    t.equal(result.notMutated, 0);
    t.strictSame(result.exitCodes, [0, 0]);
  });

  await t.test('a change of authority and certificate under load fails no apply', async (t) => {
    const result = await changeCertificatesUnderLoad({ cluster, changes: 1, perSecond: 200 });
    t.strictSame(result.load.failed, []);
    t.equal(result.notMutated, 0);
  });

  await t.test('without any webhook only what it would judge is refused', async (t) => {
    const patch = (change: object, ...args: string[]) =>
      kubectl([
        'patch',
        'mailprovider',
        'stays',
        '--type=merge',
        ...args,
        '-p',
        JSON.stringify(change),
      ]);
    const succeeds = { exitCode: 0 };
    const refused = {
      exitCode: 1,
      stderr: /failed calling webhook "mailprovider\.validation\.breakglass\.t-caas\.telekom\.com"/,
    };
    const apply = ['apply', '--server-side', '-f', '-'];
    t.match(await kubectl(apply, provider('stays')), succeeds);
    for (const webhook of cluster.processes) t.equal(await webhook.stop(), 0);

    t.match(await kubectl(apply, provider('new')), refused, 'create');
    t.match(await patch({ spec: { displayName: 'New' } }), refused, 'change of spec');
    t.match(await kubectl(apply, provider('stays')), succeeds, 'apply of the same');
    t.match(await patch({ metadata: { labels: { team: 'mail' } } }), succeeds, 'label');
    t.match(await patch({ metadata: { finalizers: ['example.com/kept'] } }), succeeds, 'finalizer');
    t.match(
      await patch({ status: { lastSendError: 'refused' } }, '--subresource=status'),
      succeeds,
      'status',
    );
    t.match(await kubectl(['delete', 'mailprovider', 'stays', '--wait=false']), succeeds, 'delete');
    t.match(await patch({ metadata: { finalizers: null } }), succeeds, 'end of a finalizer');
    t.match(await kubectl(['get', 'mailproviders']), { stderr: /No resources found/ });

    await Promise.all(cluster.processes.map((webhook) => webhook.start()));
    t.match(await kubectl(apply, provider('new')), succeeds, 'create, when they are back');
  });
});
