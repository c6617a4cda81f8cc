import { arrangeManifests, manifestStream, parseManifests } from '@mailprovider/cluster/manifests';
import t from 'tap';

function parse(text: string) {
  return parseManifests('some.yaml', text);
}

t.test('namespaces and resource definitions come first, registrations apart', async (t) => {
  const kinds = [
    'Role',
    'ValidatingWebhookConfiguration',
    'CustomResourceDefinition',
    'MutatingWebhookConfiguration',
    'Namespace',
  ];
  const { base, registrations } = arrangeManifests(kinds.map((kind) => ({ kind })));
  t.strictSame(
    base.map(({ kind }) => kind),
    ['CustomResourceDefinition', 'Namespace', 'Role'],
  );
  t.strictSame(
    registrations.map(({ kind }) => kind),
    ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
  );
});

t.test('empty documents are left out', async (t) => {
  t.strictSame(parse('# only a comment\n---\nkind: Role\n---\n'), [{ kind: 'Role' }]);
});

t.test('a stream reads back as the same objects', async (t) => {
  const manifests = parse('kind: Role\nrules: [{ verbs: [get] }]\n---\nkind: Namespace\n');
  t.strictSame(parse(manifestStream(manifests)), manifests);
});

t.test('what is no manifest is refused with its file', async (t) => {
  t.throws(() => parse('kind: [Role\n'), { message: /^some\.yaml: .*line 2/ });
  t.throws(() => parse('- kind: Role\n'), { message: /^some\.yaml: .*not an object with a kind/ });
  t.throws(() => parse('kind: 1\n'), { message: /^some\.yaml: / });
});
