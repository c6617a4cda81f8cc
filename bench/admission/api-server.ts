import { readFile } from 'node:fs/promises';
import { API_VERSION, PLURAL } from '@mailprovider/provider/identity';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Answer, KeptConnection } from './kept-connection.ts';

const PROVIDERS = `/apis/${API_VERSION}/${PLURAL}`;
const REGISTRATIONS = '/apis/admissionregistration.k8s.io/v1';

const base64 = z.string().transform((text) => Buffer.from(text, 'base64').toString());

/** A kubeconfig with the one user of the cluster that startCluster made. */
const kubeconfigSchema = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': base64 }) }),
  ]),
  users: z.tuple([
    z.object({
      user: z.object({ 'client-certificate-data': base64, 'client-key-data': base64 }),
    }),
  ]),
});

/** A registration of webhooks, as a manifest gives it. */
export interface Registration {
  readonly kind: string;
}

/** The API server, asked as admin over one kept connection. */
export interface ApiServer {
  /** Creates a provider, however that ends. */
  create(provider: object): Promise<Answer>;
  /** Asks what a create would lead to. */
  tryCreate(provider: object): Promise<Answer>;
  deleteProviders(): Promise<void>;
  register(registration: Registration): Promise<void>;
  deleteRegistrations(): Promise<void>;
  close(): void;
}

async function connect(kubeconfigFile: string): Promise<KeptConnection> {
  const config = kubeconfigSchema.parse(parse(await readFile(kubeconfigFile, 'utf8')));
  const [{ cluster }] = config.clusters;
  const [{ user }] = config.users;
  return new KeptConnection({
    url: cluster.server,
    authorityPem: cluster['certificate-authority-data'],
    client: {
      certificatePem: user['client-certificate-data'],
      keyPem: user['client-key-data'],
    },
  });
}

/** Opens the connection that `kubeconfigFile` describes. */
export async function connectApiServer(kubeconfigFile: string): Promise<ApiServer> {
  const connection = await connect(kubeconfigFile);
  const succeed = async (method: string, path: string, body?: object) => {
    const answer = await connection.send(method, path, body && JSON.stringify(body));
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.body}`);
  };
  const pathOf = (kind: string) => `${REGISTRATIONS}/${kind.toLowerCase()}s`;
  return {
    create: (provider) => connection.send('POST', PROVIDERS, JSON.stringify(provider)),
    tryCreate: (provider) =>
      connection.send('POST', `${PROVIDERS}?dryRun=All`, JSON.stringify(provider)),
    deleteProviders: () => succeed('DELETE', PROVIDERS),
    register: (registration) => succeed('POST', pathOf(registration.kind), registration),
    async deleteRegistrations() {
      await succeed('DELETE', pathOf('ValidatingWebhookConfiguration'));
      await succeed('DELETE', pathOf('MutatingWebhookConfiguration'));
    },
    close: () => connection.close(),
  };
}
