import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '@mailprovider/cluster/config';
import { hasGo } from '@mailprovider/cluster/go-build';
import { kubeconfig } from '@mailprovider/cluster/kubeconfig';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { KeptConnection } from '#bench/kept-connection';
import { obtainPeer } from '#bench/peer-program';
import { provider, reviewOf } from '#bench/review';
import { startWebhook } from '#bench/running-webhook';
import { OURS, peerAt, type WebhookCommand } from '#bench/webhook-command';
import { createWebhookFiles } from '#bench/webhook-files';

const { cacheDirectory, continuousIntegration, environment } = loadConfig(['node', 'cluster']);
const WITHOUT_GO = !(await hasGo(environment)) && !continuousIntegration && 'no Go to build it';
const CREDENTIALS_NAMESPACE = 'mailprovider-credentials';

// The first build of the peer compiles all of its dependencies.
t.setTimeout(600_000);

const valid = provider('relay').spec;
const { certificateFile, keyFile, authorityPem, path, remove } = await createWebhookFiles();
t.teardown(remove);

const answerSchema = z.object({ response: z.object({ allowed: z.boolean() }) });

const withSpec = (changes: object) => ({ ...valid, ...changes });
const withSmtp = (changes: object) => withSpec({ smtp: { ...valid.smtp, ...changes } });
const withSender = (changes: object) => withSpec({ sender: { ...valid.sender, ...changes } });
const withPasswordRef = (changes: object) =>
  withSmtp({ passwordRef: { ...valid.smtp.passwordRef, ...changes } });
const withAuthority = (certificateAuthority: string) => withSmtp({ certificateAuthority });

const ALLOWED: Readonly<Record<string, object>> = {
  'a provider with credentials': valid,
  'a provider without credentials': withSmtp({ username: undefined, passwordRef: undefined }),
  'an empty user name without a password': withSmtp({ username: '', passwordRef: undefined }),
  'an IPv6 address': withSmtp({ host: '2001:db8::25' }),
  'a host with underscore and final dot': withSmtp({ host: '_smtp.internal.' }),
  'no TLS, said twice': withSmtp({ disableTLS: true, tlsMode: 'none' }),
  'a certificate authority': withAuthority(authorityPem),
  'an empty certificate authority': withAuthority(''),
  'an empty server name': withSmtp({ serverName: '' }),
  'the namespace of the credentials': withPasswordRef({ namespace: CREDENTIALS_NAMESPACE }),
  'the ends of the ranges of retry': withSpec({
    retry: { count: 0, initialBackoffMs: 60_000, queueSize: 10 },
  }),
  'a field that nobody knows': withSpec({ unknown: 1 }),
};

const DENIED: Readonly<Record<string, object>> = {
  'nothing at all': {},
  'no host': withSmtp({ host: undefined }),
  'a host with a scheme': withSmtp({ host: 'smtp://smtp.example.com' }),
  'a host with a port': withSmtp({ host: 'smtp.example.com:25' }),
  'a host that resolvers take for an address': withSmtp({ host: '127.1' }),
  'a label that is too long': withSmtp({ host: `${'a'.repeat(64)}.example.com` }),
  'port 0': withSmtp({ port: 0 }),
  'port 65536': withSmtp({ port: 65_536 }),
  'a port in quotes': withSmtp({ port: '587' }),
  'a user name with a line break': withSmtp({ username: 'a\r\nMAIL FROM:<b>' }),
  'a user name without a password': withSmtp({ passwordRef: undefined }),
  'a password without a user name': withSmtp({ username: undefined }),
  'a name that no Secret has': withPasswordRef({ name: '../other' }),
  'an empty key': withPasswordRef({ key: '' }),
  'another namespace': withPasswordRef({ namespace: 'kube-system' }),
  'TLS and no TLS': withSmtp({ disableTLS: true, tlsMode: 'starttls' }),
  'an unknown TLS mode': withSmtp({ tlsMode: 'ssl' }),
  'a certificate authority that is no PEM': withAuthority('certificate'),
  'a certificate authority without an end': withAuthority(authorityPem.slice(0, -30)),
  'a private key for an authority': withAuthority(await readFile(keyFile, 'utf8')),
  'a broken block after a good one': withAuthority(
    `${authorityPem}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
  ),
  'a server name that is no host': withSmtp({ serverName: 'smtp example' }),
  'a sender without a domain': withSender({ address: 'noreply' }),
  'a sender that is too long': withSender({ address: `${'a'.repeat(243)}@example.com` }),
  'a display name with a line break': withSender({ name: 'a\nBcc: b@example.com' }),
  'too many attempts': withSpec({ retry: { count: 11 } }),
  'a queue that is too small': withSpec({ retry: { queueSize: 9 } }),
};

async function writeKubeconfig(): Promise<string> {
  const file = join(path, 'kubeconfig');
  const user = {
    certificatePem: await readFile(certificateFile, 'utf8'),
    keyPem: await readFile(keyFile, 'utf8'),
  };
  // Nobody listens there, and nobody is to be asked.
  const server = 'https://127.0.0.1:1';
  await writeFile(file, kubeconfig({ server, authorityPem, user, namespace: 'default' }));
  return file;
}

/** Starts a webhook; the function asks it for a verdict. */
async function verdictsOf(command: WebhookCommand, kubeconfigFile: string) {
  const webhook = await startWebhook(command, {
    inputs: {
      certificateFile,
      keyFile,
      kubeconfig: kubeconfigFile,
      credentialsNamespace: CREDENTIALS_NAMESPACE,
    },
    authorityPem,
    environment,
    pin: [],
    logDirectory: path,
    signal: new AbortController().signal,
  });
  t.teardown(() => webhook.stop());
  const connection = new KeptConnection(webhook);
  t.teardown(() => connection.close());
  return async (spec: object, oldSpec?: object) => {
    const object = { ...provider('relay'), spec };
    const oldObject = oldSpec && { ...provider('relay'), spec: oldSpec };
    const review = JSON.stringify(reviewOf(object, oldObject));
    const { body } = await connection.send('POST', '/validate', review);
    return answerSchema.parse(JSON.parse(body)).response.allowed;
  };
}

t.test('the peer of the benchmark', { skip: WITHOUT_GO }, async (t) => {
  const signal = new AbortController().signal;
  const program = await obtainPeer({ cacheDirectory, environment, progress: () => {}, signal });
  const kubeconfigFile = await writeKubeconfig();
  const ours = await verdictsOf(OURS, kubeconfigFile);
  const peer = await verdictsOf(peerAt(program), kubeconfigFile);
  const agreeing =
    (t: Test) => async (allowed: boolean, what: string, spec: object, oldSpec?: object) => {
      t.equal(await ours(spec, oldSpec), allowed, `ours: ${what}`);
      t.equal(await peer(spec, oldSpec), allowed, `peer: ${what}`);
    };

  await t.test('allows what ours allows', async (t) => {
    const agree = agreeing(t);
    for (const [what, spec] of Object.entries(ALLOWED)) await agree(true, what, spec);
    await agree(true, 'a change', withSmtp({ port: 465 }), valid);
  });

  await t.test('denies what ours denies', async (t) => {
    const agree = agreeing(t);
    for (const [what, spec] of Object.entries(DENIED)) await agree(false, what, spec);
    await agree(false, 'a change for the worse', withSmtp({ port: 0 }), valid);
  });
});
