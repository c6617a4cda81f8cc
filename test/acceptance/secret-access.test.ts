import { defaultProcesses } from '@mailprovider/cluster';
import { API_VERSION, DEFAULT_CREDENTIALS_NAMESPACE, KIND } from '@mailprovider/provider/identity';
import { execa } from 'execa';
import t from 'tap';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { startTestCluster } from './test-cluster.ts';

const smtp = {
  host: 'smtp.example.com',
  port: 587,
  username: 'mailer',
  passwordRef: { name: 'smtp', key: 'password' },
};

function provider(name: string, fields: object = {}) {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name },
    spec: { disabled: true, smtp: { ...smtp, ...fields }, sender: { address: 'a@example.com' } },
  };
}

const PATH = 'spec\\.smtp\\.passwordRef: Forbidden: ';
const DENIED = { exitCode: 1, stderr: new RegExp(`${PATH}to reference Secret "[a-z/-]+smtp"`) };
const ALLOWED = { exitCode: 0 };

t.test('with --check-secret-access', { skip: WITHOUT_PROGRAMS }, async (t) => {
  const cluster = await startTestCluster(
    t,
    defaultProcesses({ health: 0, sender: false, webhookFlags: ['--check-secret-access'] }),
  );
  const kubectl = (args: readonly string[], input: object = {}) =>
    execa('kubectl', args, {
      input: JSON.stringify(input),
      reject: false,
      env: { ...cluster.environment },
    });
  const asJane = (args: readonly string[], input?: object) =>
    kubectl([...args, '--as=jane', '--as-group=developers'], input);
  const patchAsJane = (spec: object) =>
    asJane(['patch', 'mailprovider', 'old', '--type=merge', '-p', JSON.stringify({ spec })]);
  const editor = ['--verb=*', '--resource=mailproviders.breakglass.t-caas.telekom.com'];
  await kubectl(['create', 'clusterrole', 'editor', ...editor]);
  const everyone = ['--clusterrole=editor', '--group=developers'];
  await kubectl(['create', 'clusterrolebinding', 'editor', ...everyone]);
  t.match(await kubectl(['create', '-f', '-'], provider('old')), ALLOWED, 'an admin may');

  await t.test('who may not get the Secret may neither reference nor redirect it', async (t) => {
    t.match(await asJane(['create', '-f', '-'], provider('new')), DENIED);
    const anonymous = provider('new', { username: undefined, passwordRef: undefined });
    t.match(await asJane(['create', '-f', '-'], anonymous), ALLOWED);
    const redirections = [
      { host: 'elsewhere.example.com' },
      { port: 2525 },
      { tlsMode: 'none' },
      { serverName: 'elsewhere.example.com' },
      { insecureSkipVerify: true },
      { disableTLS: true },
      { username: 'someone' },
      { passwordRef: { name: 'smtp', key: 'other' } },
    ];
    for (const fields of redirections) {
      t.match(await patchAsJane({ smtp: fields }), DENIED, Object.keys(fields).join());
    }
  });

  await t.test('what sends it nowhere new is free', async (t) => {
    t.match(await patchAsJane({ displayName: 'Old' }), ALLOWED);
    t.match(await patchAsJane({ smtp: { username: null, passwordRef: null } }), ALLOWED);
    t.match(await patchAsJane({ smtp }), DENIED);
  });

  await t.test('a Role on that one Secret is enough', async (t) => {
    const here = ['-n', DEFAULT_CREDENTIALS_NAMESPACE];
    const one = ['--verb=get', '--resource=secrets', '--resource-name=smtp'];
    await kubectl(['create', 'role', 'reader', ...here, ...one]);
    await kubectl(['create', 'rolebinding', 'reader', ...here, '--role=reader', '--user=jane']);
    t.match(await patchAsJane({ smtp }), ALLOWED);
    const other = { ...smtp, passwordRef: { name: 'another', key: 'password' } };
    t.match(await patchAsJane({ smtp: other }), { exitCode: 1 });
  });

  await t.test('a question that cannot be asked is a denial that says so', async (t) => {
    await kubectl(['delete', 'clusterrolebinding', 'mailprovider-webhook']);
    const answer = await asJane(['create', '-f', '-'], provider('new-2'));
    t.match(answer, { exitCode: 1, stderr: /could not be found out; try again/ });
  });
});
