import { objectSchema } from '@mailprovider/provider/crd';
import { metricLabel } from '@mailprovider/provider/metric-label';
import { SECRET_REASON_TEXT, SESSION_REASON_TEXT } from '@mailprovider/provider/reason-text';
import { SECRET_REASONS, SESSION_REASONS } from '@mailprovider/provider/reasons';
import { unknownFields } from '@mailprovider/provider/unknown-fields';
import t from 'tap';

t.test('every field of the CRD is described', async (t) => {
  const bare: string[] = [];
  const visit = (schema: ReturnType<typeof objectSchema>, path: string) => {
    if (schema['description'] === undefined && path !== '.metadata') bare.push(path);
    for (const [name, child] of Object.entries(schema.properties ?? {})) {
      visit(child, `${path}.${name}`);
    }
    if (schema.items !== undefined) visit(schema.items, `${path}[]`);
  };
  visit(objectSchema(), '');
  t.strictSame(bare, []);
});

t.test('unknown fields are found at any depth, metadata apart', async (t) => {
  const object = {
    kind: 'MailProvider',
    metadata: { labels: {} },
    extra: 1,
    spec: { smtp: { hots: 'x' }, sender: { address: 'a@b.cd' } },
    status: { conditions: [{ typ: 'Ready' }] },
  };
  t.strictSame(unknownFields(object, objectSchema()), [
    'extra',
    'spec.smtp.hots',
    'status.conditions[0].typ',
  ]);
});

t.test('every reason has words for people and a label of its own', async (t) => {
  const reasons = [...SESSION_REASONS, ...SECRET_REASONS];
  const labels = reasons.map((reason) => metricLabel(reason));
  t.equal(new Set(labels).size, reasons.length);
  for (const label of labels) t.match(label, /^[a-z]+(_[a-z]+)*$/);
  for (const text of Object.values({ ...SESSION_REASON_TEXT, ...SECRET_REASON_TEXT })) {
    t.match(text, /\w/);
  }
});

t.test('a timeout before the server spoke is labelled as the documentation shows', async (t) => {
  t.equal(metricLabel('Timeout', 'connect'), 'connection_timeout');
  t.equal(metricLabel('Timeout', 'greeting'), 'connection_timeout');
  t.equal(metricLabel('Timeout', 'auth'), 'timeout');
  t.equal(metricLabel('StartTlsNotOffered', 'starttls'), 'start_tls_not_offered');
});
