import type { Cluster } from '@mailprovider/cluster';
import { API_VERSION, GROUP } from '@mailprovider/provider/identity';
import { execa } from 'execa';
import { z } from 'zod';
import { MAIL } from './submit-client.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** Callers and their rights in a cluster. */
export function callersOf({ environment }: Pick<Cluster, 'environment'>) {
  const kubectl = async (args: readonly string[], input: object = {}) =>
    (await execa('kubectl', args, { env: { ...environment }, input: JSON.stringify(input) }))
      .stdout;
  const tokens: string[] = [];
  const apply = (object: object) => kubectl(['apply', '-f', '-'], object);
  return {
    kubectl,
    createAccount: (name: string) => kubectl(['create', 'serviceaccount', name, '-n', 'default']),
    /** Every token so far. */
    tokens,
    /** A token of a ServiceAccount for ten minutes, which is the least there is. */
    async token(name: string, audience = 'mailprovider-sender') {
      const account = [name, '--namespace=default', '--duration=10m'];
      const isFor = audience === '' ? [] : [`--audience=${audience}`];
      const token = await kubectl(['create', 'token', ...account, ...isFor]);
      tokens.push(token);
      return token;
    },
    /** Gives ServiceAccounts rights to the mails of providers, or without names of all. */
    async allow(
      role: string,
      accounts: readonly string[],
      rule: { readonly verbs: readonly string[]; readonly resourceNames?: readonly string[] },
    ) {
      const metadata = { name: role };
      const apiVersion = `${RBAC}/v1`;
      const mails = { apiGroups: [GROUP], resources: ['mailproviders/mails'] };
      await apply({ apiVersion, kind: 'ClusterRole', metadata, rules: [{ ...mails, ...rule }] });
      await apply({
        apiVersion,
        kind: 'ClusterRoleBinding',
        metadata,
        roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
        subjects: accounts.map((name) => ({ kind: 'ServiceAccount', name, namespace: 'default' })),
      });
    },
    /** A provider whose server does not answer, so that its mail waits. */
    createProvider: (name: string, spec: object = {}) =>
      apply({
        apiVersion: API_VERSION,
        kind: 'MailProvider',
        metadata: { name },
        spec: {
          smtp: { host: '127.0.0.1', port: 1 },
          sender: { address: 'noreply@example.com' },
          ...spec,
        },
      }),
  };
}

const bodySchema = z.record(z.string(), z.unknown());
const listSchema = z.object({ items: z.array(z.object({ id: z.string() })) });

export interface CallerAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The submit API as the caller with that token; without one, as nobody. */
export function callerClient(url: string, token?: string) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const call = async (
    method: 'GET' | 'POST',
    path: string,
    body?: object,
    more: Readonly<Record<string, string>> = {},
  ): Promise<CallerAnswer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...more,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { status, headers } = response;
    return { status, headers, body: bodySchema.parse(await response.json()) };
  };
  return {
    get: (path: string) => call('GET', path),
    change: (id: string, change: 'cancel' | 'retry') => call('POST', `/v1/mails/${id}/${change}`),
    submit: (provider: string, headers: Readonly<Record<string, string>> = {}) =>
      call('POST', '/v1/mails', { ...MAIL, provider }, headers),
    /** The ids of the queued mails that the caller sees. */
    async queued() {
      const { body } = await call('GET', '/v1/mails?state=queued&limit=500');
      return listSchema.parse(body).items.map(({ id }) => id);
    },
  };
}

export type CallerClient = ReturnType<typeof callerClient>;
