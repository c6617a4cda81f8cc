import { EventEmitter, once } from 'node:events';
import { ApiConnection, ApiError, leases, loadKubeConfig } from '@mailprovider/kube';
import { createLogger } from '@mailprovider/process';
import t from 'tap';
import { WITHOUT_CLUSTER } from '../acceptance/shared-cluster.ts';

const NAMESPACE = 'default';

function content(holderIdentity: string, leaseTransitions: number) {
  const at = new Date();
  return {
    holderIdentity,
    leaseDurationSeconds: 15,
    acquireTime: at,
    renewTime: at,
    leaseTransitions,
  };
}

const isConflict = (error: unknown) => error instanceof ApiError && error.reason === 'conflict';

t.test(
  'a lease is swapped only over the version that was read',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const connection = new ApiConnection(loadKubeConfig(process.env['KUBECONFIG']));
    t.teardown(() => connection.close());
    const store = leases(connection, NAMESPACE);
    const name = 'swap';

    await t.test('absent at first, with the clock of the API server', async (t) => {
      const { lease, now } = await store.read(name);
      t.equal(lease, undefined);
      t.ok(Math.abs(now.getTime() - Date.now()) < 5_000);
    });

    await t.test('of two creations one succeeds', async (t) => {
      const results = await Promise.allSettled(
        ['a', 'b'].map((holder) => store.write(name, content(holder, 1), undefined)),
      );
      t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      const refused = results.find((result) => result.status === 'rejected');
      t.ok(isConflict(refused?.reason));
    });

    await t.test('of twenty replacements one succeeds; annotations of others stay', async (t) => {
      const { lease } = await store.read(name);
      const annotated = await store.write(
        name,
        { ...content('c', 2), annotations: { 'example.com/of-others': 'kept' } },
        lease,
      );
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) =>
          store.write(name, content(`d${index}`, 3), annotated),
        ),
      );
      t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      const stored = (await store.read(name)).lease;
      t.match(stored, { metadata: { annotations: { 'example.com/of-others': 'kept' } } });
    });

    await t.test('a lease that was deleted is not created by a replacement', async (t) => {
      const { lease } = await store.read(name);
      const path = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/${name}`;
      t.equal((await connection.request({ method: 'DELETE', path })).status, 200);
      const refused = await store.write(name, content('e', 4), lease).catch((error) => error);
      t.ok(isConflict(refused));
      t.equal((await store.read(name)).lease, undefined);
    });

    await t.test('a watch tells one lease and no other', async (t) => {
      const stop = new AbortController();
      const stored = new EventEmitter<{ lease: [string] }>();
      const first = once(stored, 'lease');
      let written = Promise.resolve();
      const write = async () => {
        await store.write('other', content('x', 1), undefined);
        await store.write(name, content('f', 1), undefined);
      };
      const watching = store.watch(
        name,
        {
          replaced: () => {
            written = write();
          },
          stored: (lease) => stored.emit('lease', lease.metadata.name),
          deleted: () => {},
        },
        { logger: createLogger('test', 'silent'), signal: stop.signal },
      );
      t.strictSame(await first, [name]);
      stop.abort();
      await Promise.all([written, watching]);
    });
  },
);
