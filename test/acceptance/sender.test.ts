import t, { type Test } from 'tap';
import { loginServer } from '../health/login-server.ts';
import {
  providerOf,
  type SharedCluster,
  secretOf,
  sharedCluster,
  WITHOUT_CLUSTER,
} from './shared-cluster.ts';
import { MAIL, received, submitClient } from './submit-client.ts';

const TIMEOUT = '--timeout=6s';

/** A provider of the shared cluster that ends with the test, and what is told of it. */
async function senderUnderTest(t: Test, name: string, smtp: object = {}, spec: object = {}) {
  const cluster = sharedCluster();
  const { kubectl, password } = cluster;
  const submit = submitClient(cluster.submitUrl, cluster.submitToken);
  const secret = (value: string) =>
    kubectl(['apply', '-f', '-'], secretOf(name, { password: value }));
  const provider = providerOf(cluster, name, smtp);
  const apply = (fields: object = {}) =>
    kubectl(['apply', '-f', '-'], {
      ...provider,
      spec: { ...provider.spec, ...spec, ...fields },
    });
  t.teardown(() => kubectl(['delete', `mailprovider/${name}`, `secret/${name}`]));
  await secret(password);
  await apply();
  const waitFor = (condition: string) =>
    kubectl(['wait', `mailprovider/${name}`, `--for=${condition}`, TIMEOUT]);
  const status = async (path: string) =>
    (await kubectl(['get', 'mailprovider', name, '-o', `jsonpath={.status${path}}`])).stdout;
  const metrics = () => metricsOf(cluster);
  return { cluster, submit, secret, apply, waitFor, status, metrics };
}

async function metricsOf({ metricsUrls }: SharedCluster): Promise<string> {
  return (await Promise.all(metricsUrls.map(async (url) => (await fetch(url)).text()))).join('');
}

t.test(
  'a mail is accepted, arrives, and is told of in status and metrics',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const name = 'send-in-order';
    const { cluster, submit, waitFor, status, metrics } = await senderUnderTest(t, name);
    t.match(await waitFor('condition=Ready'), { exitCode: 0 });
    const { id, messageId } = await submit.submit({
      ...MAIL,
      bcc: ['secret@example.com'],
      provider: name,
    });
    const { raw, envelope } = await received(cluster.mailboxUrl, messageId);
    t.match(raw, /^From: noreply@example\.com\r\n/);
    t.match(envelope, { to: ['jane@example.com', 'secret@example.com'] });
    t.notMatch(raw, /secret@/);
    const sent = await submit.until(id, ({ state }) => state === 'sent');
    t.match(sent.recipients, [{ outcome: 'delivered', provider: name }, { outcome: 'delivered' }]);
    t.match(await waitFor('jsonpath={.status.lastSendAttempt}'), { exitCode: 0 });
    t.equal(await status('.lastSendError'), '');
    t.match(await metrics(), `breakglass_mailprovider_emails_sent_total{provider="${name}"} 1\n`);
  },
);

t.test(
  'a server that cannot be reached is told at once, and the mail arrives when it can',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const name = 'send-refused';
    // Port 1 is tcpmux, which hardly anybody runs.
    const under = await senderUnderTest(t, name, { port: 1 });
    const { cluster, submit, apply, waitFor, status, metrics } = under;
    const { id, messageId } = await submit.submit({ ...MAIL, provider: name });
    const deferred = await submit.until(
      id,
      ({ recipients }) => recipients[0]?.outcome !== 'pending',
    );
    t.match(deferred, {
      state: 'queued',
      recipients: [{ outcome: 'deferred', reason: 'ConnectionRefused', provider: name }],
    });
    t.match(await waitFor('jsonpath={.status.lastSendError}'), { exitCode: 0 });
    t.match(await status('.lastSendError'), /^ConnectionRefused: 127\.0\.0\.1:1: failed in stage/);
    const deferrals = `emails_deferred_total{provider="${name}",reason="connection_refused"}`;
    t.match(await metrics(), deferrals);
    t.match(await metrics(), `queue_depth{provider="${name}"} 1\n`);

    await apply({ smtp: providerOf(cluster, name).spec['smtp'] });
    await received(cluster.mailboxUrl, messageId);
    await submit.until(id, ({ state }) => state === 'sent');
    while ((await status('.lastSendError')) !== '');
    t.match(await metrics(), `queue_depth{provider="${name}"} 0\n`);
  },
);

t.test('a new password is used without a restart', { skip: WITHOUT_CLUSTER }, async (t) => {
  const name = 'send-rotated';
  const { cluster, submit, secret, waitFor, status } = await senderUnderTest(t, name);
  await secret('wrong');
  t.match(await waitFor('condition=Healthy=false'), { exitCode: 0 });
  const { id, messageId } = await submit.submit({ ...MAIL, provider: name });
  const reason = 'AuthenticationFailed';
  await submit.until(id, ({ recipients }) => recipients[0]?.reason === reason);
  t.match(await waitFor('jsonpath={.status.lastSendError}'), { exitCode: 0 });
  t.match(await status('.lastSendError'), /^AuthenticationFailed: .*stage auth \(reply 535\)/);
  await secret(cluster.password);
  await received(cluster.mailboxUrl, messageId);
});

t.test(
  'a login that health saw refused is not tried by the sender, whose writes keep the record',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const name = 'send-suspended';
    const server = await loginServer(t, 'another');
    const smtp = { port: server.port, disableTLS: true, certificateAuthority: undefined };
    const { submit, waitFor, status } = await senderUnderTest(t, name, smtp);
    t.match(await waitFor('jsonpath={.status.authSuspension.until}'), { exitCode: 0 });
    const until = await status('.authSuspension.until');
    t.equal(server.seen.logins, 1);
    const { id } = await submit.submit({ ...MAIL, provider: name });
    const reason = 'AuthenticationFailed';
    await submit.until(id, ({ recipients }) => recipients[0]?.reason === reason);
    t.match(await waitFor('jsonpath={.status.lastSendError}'), { exitCode: 0 });
    t.equal(server.seen.logins, 1);
    t.equal(await status('.authSuspension.until'), until);
  },
);

t.test(
  'a login that the sender saw refused is not tried by health, and is told until it works again',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const name = 'send-locked';
    const server = await loginServer(t, sharedCluster().password);
    const smtp = { port: server.port, disableTLS: true, certificateAuthority: undefined };
    const under = await senderUnderTest(t, name, smtp);
    const { cluster, submit, secret, waitFor, status } = under;
    t.match(await waitFor('condition=Healthy'), { exitCode: 0 });
    server.answer = '535 5.7.8 no';
    const logins = server.seen.logins;
    await submit.submit({ ...MAIL, provider: name });
    const suspended = 'jsonpath={.status.authSuspension.reason}=AuthenticationFailed';
    t.match(await waitFor(suspended), { exitCode: 0 });
    const probed = server.sessionEnded();
    const request = `mailprovider.io/probe-requested-at=${new Date().toISOString()}`;
    await cluster.kubectl(['annotate', 'mailprovider', name, request]);
    await probed;
    t.match(await waitFor('condition=Healthy=false'), { exitCode: 0 });
    t.equal(server.seen.logins, logins + 1, 'that of the sender alone');

    server.answer = undefined;
    await secret(`${cluster.password}\n`);
    t.match(await waitFor('condition=Healthy'), { exitCode: 0 });
    while ((await status('.authSuspension')) !== '') {
      await submit.submit({ ...MAIL, provider: name });
    }
  },
);

t.test(
  'what cannot be sent through is refused, and named',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const name = 'send-disabled';
    const { submit, metrics } = await senderUnderTest(t, name, {}, { disabled: true });
    const refusal = (reason: string, named: string) => ({ reason, detail: new RegExp(named) });
    t.match(await submit.post({ ...MAIL, provider: 'nobody' }), {
      status: 404,
      body: refusal('ProviderNotFound', '"nobody"'),
    });
    let answer = await submit.post({ ...MAIL, provider: name });
    while (answer.status === 404) answer = await submit.post({ ...MAIL, provider: name });
    t.match(answer, { status: 422, body: refusal('ProviderDisabled', `"${name}"`) });
    t.match(await submit.post({ ...MAIL, escalation: 'mail/nobody' }), {
      status: 422,
      body: refusal('ReferenceNotFound', 'mail/nobody'),
    });
    t.match(await submit.post({ ...MAIL, headers: { From: 'x@example.com' } }), { status: 400 });
    const refused = /emails_refused_total\{reason="(provider_disabled|invalid)"\} [1-9]/g;
    t.equal((await metrics()).match(refused)?.length, 2);
  },
);

t.test(
  'the same key and mail are the same mail, another mail is a conflict',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const name = 'send-once';
    const { submit, waitFor } = await senderUnderTest(t, name);
    t.match(await waitFor('condition=Ready'), { exitCode: 0 });
    const key = { 'idempotency-key': 'send-once' };
    const mail = { ...MAIL, provider: name };
    const [one, other] = await Promise.all([submit.post(mail, key), submit.post(mail, key)]);
    t.match(one, { status: 202 });
    t.strictSame(one, other);
    t.match(await submit.post({ ...mail, subject: 'Another' }, key), { status: 409 });
  },
);
