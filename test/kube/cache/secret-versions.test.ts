import { SecretVersions } from '@mailprovider/kube/cache/secret-versions';
import t from 'tap';

t.test('the first list is knowledge; what differs from it later is a change', async (t) => {
  const changed: string[] = [];
  const versions = new SecretVersions((name) => changed.push(name));
  const at = (name: string, resourceVersion: string) => ({ name, resourceVersion });
  versions.replaced([at('a', '1'), at('b', '2'), at('c', '3')]);
  t.strictSame(changed, []);
  versions.stored(at('a', '1'));
  versions.stored(at('a', '4'));
  versions.stored(at('new', '5'));
  versions.deleted({ name: 'b' });
  t.strictSame(changed.splice(0), ['a', 'new', 'b']);
  versions.replaced([at('a', '6'), at('c', '3'), at('d', '7')]);
  t.strictSame(changed, ['new', 'a', 'd']);
});
