import { readDocuments } from '@mailprovider/cli/folder/documents';
import { applyFolder, EMPTY_STATE } from '@mailprovider/cli/folder/folder-state';
import { decodeSecret } from '@mailprovider/cli/folder/secret-object';
import t from 'tap';

const now = new Date('2026-01-01T00:00:00Z');
const context = { credentialsNamespace: 'default' };

function providerYaml(name: string, fields = '', host = 'smtp.example.com'): string {
  return `apiVersion: breakglass.t-caas.telekom.com/v1alpha1
kind: MailProvider
metadata: {name: ${name}}
spec:
  smtp: {host: ${host}, port: 25}
  sender: {address: a@example.com}
${fields}`;
}

/** Applies files in their order to an earlier state. */
function apply(files: Readonly<Record<string, string>>, previous = EMPTY_STATE) {
  const content = new Map(
    Object.entries(files).map(([name, text]) => [name, readDocuments(name, text)] as const),
  );
  return applyFolder(previous, content, context, now);
}

t.test('reads several documents and lists, and leaves other kinds alone', async (t) => {
  const { objects, problems } = readDocuments(
    'all.yaml',
    `# only a comment
---
${providerYaml('one')}
---
kind: ConfigMap
apiVersion: v1
metadata: {name: other}
---
kind: List
apiVersion: v1
items:
  - {apiVersion: v1, kind: Secret, metadata: {name: two, namespace: mail}}
`,
  );
  t.strictSame(problems, []);
  t.match(objects, [
    { kind: 'MailProvider', name: 'one', namespace: undefined },
    { kind: 'Secret', name: 'two', namespace: 'mail' },
  ]);
  t.strictSame(readDocuments('empty.yaml', ''), { objects: [], problems: [], readable: true });
});

t.test('reads scalars as kubectl does', async (t) => {
  const text = `apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {yes: on, date: 2026-01-01, time: 1:30, octal: 010}`;
  t.match(readDocuments('f.yaml', text).objects[0]?.object, {
    stringData: { true: true, date: '2026-01-01', time: '1:30', octal: 8 },
  });
});

t.test('says in which line a file is broken, and what is no object of ours', async (t) => {
  const problem = (text: string) => readDocuments('f.yaml', text).problems[0]?.message;
  t.match(problem('a: b\nc: [d'), /^line \d+, column \d+: /);
  t.match(problem('a: *nosuch'), /alias|unresolved/i);
  t.match(problem('- just\n- a list'), /not a Kubernetes object/);
  t.match(problem('kind: MailProvider'), /not a Kubernetes object: see apiVersion/);
  t.equal(
    problem('kind: MailProvider\napiVersion: v1'),
    'no matches for kind "MailProvider" in version "v1": must be "MailProvider" in "breakglass.t-caas.telekom.com/v1alpha1"',
  );
  t.match(problem(providerYaml('Upper_Case')), /^metadata\.name: Invalid value: must consist of/);
});

t.test(
  'never quotes a broken file, which may hold a password that was not put in quotes',
  async (t) => {
    for (const value of [
      '|canary',
      '>canary',
      '!canary!',
      '!canary!x y',
      '!<canary',
      '"\\Ucanary99"',
      '"x" canary',
      '@canary',
      '[canary',
      '{canary',
      'canary: canary',
    ]) {
      const { problems, readable } = readDocuments('f.yaml', `stringData:\n  password: ${value}\n`);
      t.match(problems[0]?.message, /^line \d, column \d+: \w+/);
      t.notMatch(problems[0]?.message, /canar/, value);
      t.equal(readable, false);
    }
    t.notMatch(readDocuments('f.yaml', '%YAML canary\n---\na: b').problems[0]?.message, /canar/);
  },
);

t.test('what a file says moves no cursor of the terminal it is shown on', async (t) => {
  const hostile = '"\\e[31mx\\x9b"';
  const { problems } = apply({
    'a.yaml': providerYaml('field').replace('port: 25', `port: 25, ${hostile}: 1`),
    'b.yaml': `{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {${hostile}: "!"}}`,
    'c.yaml': `{apiVersion: breakglass.t-caas.telekom.com/v1, kind: ${hostile}}`,
    '\x1b[2J.yaml': '[',
  });
  t.equal(problems.length, 4);
  for (const { file, message } of problems) t.notMatch(`${file} ${message}`, /\p{Cc}/u);
  t.ok(problems.some(({ message }) => message.includes('"spec.smtp.\ufffd[31mx\ufffd"')));
});

t.test('admits with the rules and the words of the webhook', async (t) => {
  const { providers, problems } = apply({
    'a.yaml': providerYaml('good'),
    'b.yaml': providerYaml('bad').replace('port: 25', 'port: 25, username: u'),
    'c.yaml': providerYaml('typo').replace('port: 25', 'port: 25, hots: x'),
  });
  t.strictSame([...providers.keys()], ['good']);
  t.match(providers.get('good')?.provider, {
    metadata: { generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { smtp: { tlsMode: 'auto' }, retry: { count: 3 } },
  });
  t.strictSame(problems, [
    {
      file: 'b.yaml',
      object: 'mailprovider "bad"',
      message:
        'spec.smtp.passwordRef: Required value: passwordRef must be specified when username is provided',
    },
    {
      file: 'c.yaml',
      object: 'mailprovider "typo"',
      message: 'strict decoding error: unknown field "spec.smtp.hots"',
    },
  ]);
});

t.test('generation moves with the spec, identity stays', async (t) => {
  const first = apply({ 'a.yaml': providerYaml('p') });
  const same = apply({ 'a.yaml': `# comment\n${providerYaml('p')}` }, first);
  t.strictSame(same.providers.get('p')?.provider, first.providers.get('p')?.provider);
  const changed = apply({ 'a.yaml': providerYaml('p', '', 'other.example.com') }, same);
  t.match(changed.providers.get('p')?.provider.metadata, {
    uid: first.providers.get('p')?.provider.metadata.uid,
    generation: 2,
  });
});

t.test('a refused change and an unreadable file keep what was there', async (t) => {
  const first = apply({ 'a.yaml': providerYaml('a'), 'b.yaml': providerYaml('b') });
  const second = apply({ 'a.yaml': providerYaml('a', '', '""'), 'b.yaml': 'a: [' }, first);
  t.strictSame(second.providers, first.providers);
  t.match(second.problems, [
    { file: 'b.yaml', message: /^line 1/ },
    { file: 'a.yaml', message: /^spec\.smtp\.host: Required value/ },
  ]);
});

t.test('what is in no file any more is gone', async (t) => {
  const first = apply({ 'a.yaml': providerYaml('a'), 'b.yaml': providerYaml('b') });
  t.strictSame([...apply({ 'b.yaml': providerYaml('b') }, first).providers.keys()], ['b']);
  t.strictSame([...apply({ 'a.yaml': '' }, first).providers.keys()], []);
});

t.test('there is one default; one save may move it', async (t) => {
  const on = '  default: true';
  const first = apply({ 'a.yaml': providerYaml('a', on), 'b.yaml': providerYaml('b', on) });
  t.strictSame([...first.providers.keys()], ['a']);
  t.match(first.problems, [{ object: 'mailprovider "b"', message: /"a" already is/ }]);
  const moved = apply({ 'a.yaml': providerYaml('b', on), 'b.yaml': providerYaml('a') }, first);
  t.strictSame(moved.problems, []);
  t.match(moved.providers.get('b')?.provider.spec, { default: true });
});

function withFallbacks(name: string, ...fallbacks: readonly string[]): string {
  return providerYaml(name, `  fallbacks: [${fallbacks.join()}]`);
}

t.test('a fallback that leads back is refused, and the first that was there stays', async (t) => {
  const files = { 'a.yaml': withFallbacks('a', 'b'), 'b.yaml': withFallbacks('b', 'a') };
  const { providers, problems } = apply(files);
  t.strictSame([...providers.keys()], ['a']);
  t.strictSame(problems, [
    {
      file: 'b.yaml',
      object: 'mailprovider "b"',
      message:
        'spec.fallbacks[0]: Invalid value: "a": must not lead back to this provider: b -> a -> b',
    },
  ]);
});

t.test('one save may turn fallbacks round', async (t) => {
  const first = apply({ 'a.yaml': providerYaml('a'), 'b.yaml': withFallbacks('b', 'a') });
  const turned = { 'a.yaml': withFallbacks('a', 'b'), 'b.yaml': providerYaml('b') };
  const { providers, problems } = apply(turned, first);
  t.strictSame(problems, []);
  t.match(providers.get('a')?.provider.spec, { fallbacks: ['b'] });
});

t.test('a fallback that is not in the folder is warned of while it is not', async (t) => {
  const files = { 'a.yaml': withFallbacks('a', 'b') };
  const warnings = (state: typeof EMPTY_STATE) => state.providers.get('a')?.fallbackWarnings;
  const first = apply(files);
  const words =
    'spec.fallbacks[0]: MailProvider "b" does not exist; it is passed over until it does';
  t.strictSame(warnings(first), [words]);
  const second = apply({ ...files, 'b.yaml': providerYaml('b') }, first);
  t.strictSame(warnings(second), []);
  t.match(warnings(apply({ ...files, 'b.yaml': providerYaml('b', '  disabled: true') }, second)), [
    /is disabled/,
  ]);
  t.strictSame(warnings(apply({ 'a.yaml': '[' }, second)), [words], 'also of one that is kept');
});

t.test('the same object in two files is a problem that names both', async (t) => {
  const { problems } = apply({ 'a.yaml': providerYaml('p'), 'b.yaml': providerYaml('p') });
  t.match(problems, [{ file: 'b.yaml', message: /is defined in a\.yaml already/ }]);
});

t.test('a Secret elsewhere is not read, and it is said why', async (t) => {
  const secret = (namespace: string) =>
    `{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: ${namespace}}, stringData: {k: v}}`;
  t.equal(apply({ 's.yaml': secret('default') }).secrets.size, 1);
  const { secrets, problems } = apply({ 's.yaml': secret('kube-system') });
  t.equal(secrets.size, 0);
  t.match(problems, [{ object: 'secret "s"', message: /metadata\.namespace: must be "default"/ }]);
});

t.test('Secret values are base64 or plain, and a broken one is never shown', async (t) => {
  t.match(decodeSecret({ data: { a: 'YQ==' }, stringData: { b: 'b' } }), {
    type: 'Opaque',
    data: { a: 'YQ==', b: 'Yg==' },
    annotations: {},
  });
  t.equal(
    decodeSecret({ data: { password: 'hunter2!' } }),
    'data.password: must be base64; use stringData for plain text',
  );
  const number = decodeSecret({ stringData: { password: 123_456 } });
  t.equal(number, 'stringData.password: Forbidden: must be text; put the value in quotes');
});
