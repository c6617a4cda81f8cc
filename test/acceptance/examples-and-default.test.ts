import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import {
  providerOf,
  type SharedCluster,
  secretOf,
  sharedCluster,
  WITHOUT_CLUSTER,
} from './shared-cluster.ts';

// The only tests that set `default: true` in the shared cluster; so they stand in one file.

const exampleSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    smtp: z.looseObject({
      port: z.number(),
      username: z.string().optional(),
      passwordRef: z.object({ name: z.string(), key: z.string() }).optional(),
      disableTLS: z.boolean().optional(),
    }),
  }),
});

const examples = parseAllDocuments(
  readFileSync(join(import.meta.dirname, '../../fixtures/documented-examples.yaml'), 'utf8'),
).map((document) => exampleSchema.parse(document.toJS()));

/** Points an example at the sink, and returns the Secret it then needs. */
function adapt(example: z.output<typeof exampleSchema>, cluster: SharedCluster) {
  const { smtp } = example.spec;
  const implicit = smtp.port === 465;
  Object.assign(smtp, {
    host: cluster.host,
    port: implicit ? cluster.smtpsPort : cluster.port,
    ...(implicit ? { tlsMode: 'implicit' } : {}),
    ...(smtp.disableTLS ? {} : { certificateAuthority: cluster.certificateAuthority }),
  });
  if (smtp.passwordRef === undefined) return undefined;
  smtp.username = cluster.username;
  return secretOf(smtp.passwordRef.name, { [smtp.passwordRef.key]: cluster.password });
}

t.test('every documented example works as it is written', { skip: WITHOUT_CLUSTER }, async (t) => {
  const cluster = sharedCluster();
  const { kubectl } = cluster;
  for (const example of examples) {
    const { name } = example.metadata;
    const secret = adapt(example, cluster);
    if (secret !== undefined) {
      t.match(await kubectl(['apply', '-f', '-'], secret), { exitCode: 0 });
    }
    t.match(await kubectl(['apply', '-f', '-'], example), {
      exitCode: 0,
      stdout: `mailprovider.breakglass.t-caas.telekom.com/${name} created`,
    });
    const healthy = ['--for=condition=Healthy', `mailprovider/${name}`, '--timeout=5s'];
    t.match(await kubectl(['wait', ...healthy]), { exitCode: 0 }, `${name} is healthy within 5 s`);

    const { stdout: table } = await kubectl(['get', 'mailprovider', name]);
    const isDefault = String(example.spec['default']);
    t.match(table, /^NAME +HOST +PORT +DEFAULT +READY +AGE\n/);
    t.match(table.split('\n')[1]?.split(/ +/), [
      name,
      cluster.host,
      String(example.spec.smtp.port),
      isDefault,
      'True',
      /^\d+s$/,
    ]);
    const { stdout: description } = await kubectl(['describe', 'mailprovider', name]);
    for (const type of ['Ready', 'Healthy', 'PasswordLoaded']) {
      t.match(description, new RegExp(`Status: +True\n +Type: +${type}\n`));
    }
    t.match(description, /\n {2}Last Health Check: +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n/);
    t.match(await kubectl(['delete', 'mailprovider', name]), { exitCode: 0 });
  }
});

t.test('there is one default', { skip: WITHOUT_CLUSTER }, async (t) => {
  const cluster = sharedCluster();
  const { kubectl } = cluster;
  const named = (name: string, isDefault: boolean) => {
    const provider = providerOf(cluster, name);
    provider.spec['default'] = isDefault;
    return provider;
  };
  t.teardown(() => kubectl(['delete', 'mailprovider', 'holder', 'second', '--ignore-not-found']));

  await t.test('a dry run takes nothing', async (t) => {
    const dryRun = ['create', '--dry-run=server', '-f', '-'];
    t.match(await kubectl(dryRun, named('second', true)), { exitCode: 0 });
    t.match(await kubectl(['get', 'mailprovider', 'second']), { stderr: /NotFound/ });
    t.match(await kubectl(['create', '-f', '-'], named('holder', true)), { exitCode: 0 });
  });

  await t.test('a second one is refused and the holder is named', async (t) => {
    t.match(await kubectl(['create', '-f', '-'], named('second', true)), {
      exitCode: 1,
      stderr:
        /denied the request: spec\.default: Forbidden: only one MailProvider can be the default, and "holder" already is/,
    });
    t.match(await kubectl(['create', '-f', '-'], named('second', false)), { exitCode: 0 });
    const patch = ['patch', 'mailprovider', 'second', '--type=merge', '-p'];
    t.match(await kubectl([...patch, '{"spec":{"default":true}}']), { stderr: /"holder"/ });
  });

  await t.test('the holder itself may change, and may hand over', async (t) => {
    const edit = (name: string, spec: object) =>
      kubectl(['patch', 'mailprovider', name, '--type=merge', '-p', JSON.stringify({ spec })]);
    t.match(await edit('holder', { displayName: 'still the default' }), { exitCode: 0 });
    t.match(await edit('holder', { default: false }), { exitCode: 0 });
    t.match(await edit('second', { default: true }), { exitCode: 0 });
  });
});
