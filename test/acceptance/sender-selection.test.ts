import { join } from 'node:path';
import { API_VERSION } from '@mailprovider/provider/identity';
import { execa } from 'execa';
import t from 'tap';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { MAIL, received, submitClient } from './submit-client.ts';
import { startTestCluster } from './test-cluster.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

t.test('which provider a mail goes through', { skip: WITHOUT_PROGRAMS }, async (t) => {
  const cluster = await startTestCluster(t);
  const { environment } = cluster;
  const kubectl = async (args: readonly string[], input: object = {}) =>
    (await execa('kubectl', args, { env: { ...environment }, input: JSON.stringify(input) }))
      .stdout;
  const submit = submitClient(
    environment.MAILPROVIDER_SUBMIT_URL,
    environment.MAILPROVIDER_SUBMIT_TOKEN,
  );
  /** The provider of a mail, or why it has none. */
  const selected = async (fields: object = {}) => {
    const { body } = await submit.post({ ...MAIL, ...fields });
    const { provider, reason } = body as { provider?: string; reason?: string };
    return provider ?? reason;
  };
  const becomes = async (expected: string, fields: object = {}) => {
    while ((await selected(fields)) !== expected);
  };
  const smtp = {
    host: environment.MAILPROVIDER_SMTP_HOST,
    port: Number(environment.MAILPROVIDER_SMTP_PORT),
    insecureSkipVerify: true,
  };
  const applyProvider = (name: string, spec: object = {}) =>
    kubectl(['apply', '-f', '-'], {
      apiVersion: API_VERSION,
      kind: 'MailProvider',
      metadata: { name },
      spec: { smtp, sender: { address: `${name}@example.com` }, ...spec },
    });
  const setDefault = (name: string, value: boolean) =>
    kubectl(['patch', 'mailprovider', name, '--type=merge', '-p', `{"spec":{"default":${value}}}`]);

  await t.test('the default, as soon as there is one, and as soon as it is another', async (t) => {
    t.equal(await selected(), 'NoDefaultProvider');
    await applyProvider('one', { default: true });
    await applyProvider('two');
    await becomes('one');
    await setDefault('one', false);
    await becomes('NoDefaultProvider');
    await setDefault('two', true);
    await becomes('two');
    const { messageId } = await submit.submit(MAIL);
    const { raw } = await received(environment.MAILPROVIDER_MAILBOX_URL, messageId);
    t.match(raw, /^From: two@example\.com\r\n/);
  });

  await t.test('a named one, as soon as it is there', async (t) => {
    t.equal(await selected({ provider: 'three' }), 'ProviderNotFound');
    await applyProvider('three');
    await becomes('three', { provider: 'three' });
    t.equal(await selected({ provider: 'three', escalation: 'nobody' }), 'three');
  });

  await t.test('that of the escalation, else of the cluster, else the default', async (t) => {
    t.equal(await selected({ escalation: 'admins' }), 'ReferenceNotFound', 'no such kind');
    for (const file of ['breakglass-escalation-crd.yaml', 'cluster-config-crd.yaml']) {
      await kubectl(['apply', '-f', join(FIXTURES, file)]);
    }
    await kubectl(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all']);
    const create = (kind: string, name: string, namespace: string, spec: object) =>
      kubectl(['create', '-f', '-'], {
        apiVersion: API_VERSION,
        kind,
        metadata: { name, namespace },
        spec,
      });
    await create('BreakglassEscalation', 'admins', 'default', { mailProvider: 'one' });
    await create('BreakglassEscalation', 'silent', 'default', {});
    await create('ClusterConfig', 'prod', 'default', { mailProvider: 'three' });
    await create('ClusterConfig', 'silent', 'default', {});
    // The first list of a new kind may be put off.
    await becomes('one', { escalation: 'admins' });
    await becomes('three', { cluster: 'prod' });
    const cluster = 'default/prod';
    t.equal(await selected({ escalation: 'nobody' }), 'ReferenceNotFound', 'no such object');
    t.equal(await selected({ escalation: 'admins', cluster }), 'one');
    t.equal(await selected({ escalation: 'default/silent', cluster }), 'three');
    t.equal(await selected({ escalation: 'silent', cluster: 'silent' }), 'two');
    t.equal(await selected({ cluster: 'nobody' }), 'ReferenceNotFound');
    await create('BreakglassEscalation', 'admins', 'mailprovider-system', {});
    t.equal(await selected({ escalation: 'admins' }), 'ReferenceAmbiguous');
    t.equal(await selected({ escalation: 'default/admins' }), 'one');
  });

  await t.test('what waits at a stop is sent after the next start', async (t) => {
    await applyProvider('later', { smtp: { ...smtp, port: 1 } });
    await becomes('later', { provider: 'later' });
    const { id, messageId } = await submit.submit({ ...MAIL, provider: 'later' });
    const sender = cluster.processes.find(({ name }) => name === 'sender');
    t.equal(await sender?.stop(), 0);
    const error = '{.status.lastSendError}';
    const last = await kubectl(['get', 'mailprovider', 'later', '-o', `jsonpath=${error}`]);
    t.match(last, /^ConnectionRefused: /, 'the last state is written at a stop');
    await applyProvider('later');
    await sender?.start();
    await received(environment.MAILPROVIDER_MAILBOX_URL, messageId);
    const anew = submitClient(sender?.url('submit') ?? '', environment.MAILPROVIDER_SUBMIT_TOKEN);
    await anew.until(id, ({ state }) => state === 'sent');
  });
});
