import { join } from 'node:path';
import process from 'node:process';
import { startMailbox } from '@mailprovider/mailbox';
import { createAuthority } from '@mailprovider/pki';
import { API_VERSION } from '@mailprovider/provider/identity';
import { execa } from 'execa';
import type { Test } from 'tap';

const root = join(import.meta.dirname, '../../..');
const command = join(root, 'packages/cli/bin/mailprovider.js');
export const PASSWORD = 'canary-gBz81';
const CREDENTIALS = { username: 'alice', password: PASSWORD };

/** Runs the real command; `input` is its standard input. */
export async function probe(args: readonly string[], input?: string) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [command, 'probe', ...args], {
    reject: false,
    input: input ?? '',
    env: { KUBECONFIG: '/nonexistent' },
  });
  return { exitCode, stdout, stderr };
}

export const AUTHORITY = createAuthority({ commonName: 'Test CA', validDays: 30, now: new Date() });

/** A mailbox that takes alice and the password. */
export async function mailbox(t: Test) {
  const server = await startMailbox({
    host: '127.0.0.1',
    smtpPort: 0,
    smtpsPort: 0,
    httpPort: 0,
    certificate: AUTHORITY.issue({
      commonName: 'localhost',
      dnsNames: ['localhost', 'mail.example'],
      addresses: ['127.0.0.1'],
      usages: ['server'],
      validDays: 20,
      now: new Date(),
    }),
    credentials: CREDENTIALS,
  });
  t.teardown(() => server.close());
  return server;
}

export type Fields = Readonly<Record<string, unknown>>;

export function provider(name: string, smtp: Fields, spec: Fields = {}) {
  return {
    apiVersion: API_VERSION,
    kind: 'MailProvider',
    metadata: { name },
    spec: { smtp: { host: '127.0.0.1', ...smtp }, sender: { address: 'a@example.com' }, ...spec },
  };
}

/** The Secret of `LOGIN`. */
export function secret(password: string) {
  const stringData = { password };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' }, stringData };
}

/** The fields of a provider that logs in to the mailbox. */
export const LOGIN = {
  username: CREDENTIALS.username,
  passwordRef: { name: 'login', key: 'password' },
  certificateAuthority: AUTHORITY.certificatePem,
};

/** What a file of these objects holds: JSON is YAML. */
export function file(...objects: readonly object[]): string {
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}
