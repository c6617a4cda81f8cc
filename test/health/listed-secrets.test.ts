import { ListedSecrets } from '@mailprovider/health/check/listed-secrets';
import type { StoredSecret } from '@mailprovider/provider/secret';
import t from 'tap';
import { ManualClock } from './manual-clock.ts';

const secret = (resourceVersion: string): StoredSecret => ({
  type: 'Opaque',
  data: {},
  annotations: {},
  resourceVersion,
});

/** Secrets "a" and "b" as they were listed; read one by one they have a later version. */
function listed(list: () => Promise<ReadonlyMap<string, StoredSecret>>) {
  const clock = new ManualClock();
  const reads: string[] = [];
  const reader = {
    async read(name: string) {
      reads.push(name);
      return { found: true, secret: secret('read') } as const;
    },
  };
  const secrets = new ListedSecrets({ reader, list, clock });
  const versionOf = async (name: string) => {
    const lookup = await secrets.read(name);
    return lookup.found ? lookup.secret.resourceVersion : undefined;
  };
  return { secrets, versionOf, clock, reads };
}

const both = async () =>
  new Map([
    ['a', secret('listed')],
    ['b', secret('listed')],
  ]);

t.test('the first read of each is from the list, any other is a read', async (t) => {
  const { versionOf, reads } = listed(both);
  t.equal(await versionOf('a'), 'listed');
  t.equal(await versionOf('b'), 'listed');
  t.equal(await versionOf('a'), 'read');
  t.equal(await versionOf('c'), 'read', 'it came to exist since');
  t.strictSame(reads, ['a', 'c']);
});

t.test(
  'what changed since is read anew, also when the change is told before the list',
  async (t) => {
    let answer = (_all: ReadonlyMap<string, StoredSecret>) => {};
    const { secrets, versionOf } = listed(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    secrets.changed('a');
    answer(await both());
    t.equal(await versionOf('a'), 'read');
    t.equal(await versionOf('b'), 'listed');
  },
);

t.test('no value is kept for longer than 5 s, nor beyond the end', async (t) => {
  const late = listed(both);
  late.clock.advance(5_000);
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(await late.versionOf('a'), 'read');
  const ended = listed(both);
  ended.secrets.close();
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(await ended.versionOf('a'), 'read');
  t.strictSame(ended.clock.pending, []);
});

t.test('a list that fails is no harm', async (t) => {
  const { versionOf } = listed(() => Promise.reject(new Error('forbidden')));
  t.equal(await versionOf('a'), 'read');
});
