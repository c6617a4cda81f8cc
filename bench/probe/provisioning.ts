import { kubeconfig } from '@mailprovider/cluster/kubeconfig';
import { type ApiConnection, loadKubeConfig } from '@mailprovider/kube';
import {
  API_VERSION,
  DEFAULT_CREDENTIALS_NAMESPACE,
  DEFAULT_SYSTEM_NAMESPACE,
  KIND,
  PLURAL,
} from '@mailprovider/provider/identity';
import { z } from 'zod';

/** As many as the API server answers at once without putting any off. */
const CREATES_AT_ONCE = 16;
const TOKEN_SECONDS = 3600;
const PASSWORD_KEY = 'password';

const tokenSchema = z.object({ status: z.object({ token: z.string() }) });

/** A provider that is to be there, with a Secret of its own. */
export interface PlannedProvider {
  readonly name: string;
  readonly port: number;
  /** Whether its server says nothing. */
  readonly silent: boolean;
}

export interface ProviderPlan {
  readonly providers: number;
  readonly silentPercent: number;
  /** Ports of the server that answers and of the one that does not. */
  readonly ports: { readonly answering: number; readonly silent: number };
}

/** Spreads the silent ones evenly among the others. */
export function planProviders(plan: ProviderPlan): readonly PlannedProvider[] {
  const { providers, silentPercent, ports } = plan;
  const silentBefore = (count: number) => Math.round((count * silentPercent) / 100);
  return Array.from({ length: providers }, (_, index) => {
    const silent = silentBefore(index + 1) > silentBefore(index);
    const name = `bench-${String(index + 1).padStart(6, '0')}`;
    return { name, silent, port: silent ? ports.silent : ports.answering };
  });
}

export interface ServerAccess {
  readonly authorityPem: string;
  readonly credentials: { readonly username: string; readonly password: string };
}

function secretOf(name: string, password: string): object {
  const metadata = { name };
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { [PASSWORD_KEY]: password } };
}

function providerOf({ name, port }: PlannedProvider, access: ServerAccess): object {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name },
    spec: {
      smtp: {
        host: '127.0.0.1',
        port,
        username: access.credentials.username,
        passwordRef: { name, key: PASSWORD_KEY },
        tlsMode: 'starttls',
        certificateAuthority: access.authorityPem,
      },
      sender: { address: 'noreply@example.com' },
    },
  };
}

async function create(api: ApiConnection, path: string, body: object): Promise<unknown> {
  const answer = await api.request({ method: 'POST', path, body });
  if (answer.status >= 300) throw new Error(`POST ${path}: status ${answer.status}`);
  return answer.body;
}

/** Creates the providers and their Secrets; rejects if the API server refuses one. */
export async function createProviders(
  api: ApiConnection,
  planned: readonly PlannedProvider[],
  access: ServerAccess,
  signal: AbortSignal,
): Promise<void> {
  const secrets = `/api/v1/namespaces/${DEFAULT_CREDENTIALS_NAMESPACE}/secrets`;
  const remaining = planned.values();
  const lane = async () => {
    for (const provider of remaining) {
      signal.throwIfAborted();
      await create(api, secrets, secretOf(provider.name, access.credentials.password));
      await create(api, `/apis/${API_VERSION}/${PLURAL}`, providerOf(provider, access));
    }
  };
  await Promise.all(Array.from({ length: CREATES_AT_ONCE }, lane));
}

/** The text of a kubeconfig, for the API server of `adminFile`, with the token in `tokenFile`. */
export function kubeconfigWithToken(adminFile: string, tokenFile: string): string {
  const cluster = loadKubeConfig(adminFile).getCurrentCluster();
  return kubeconfig({
    server: cluster?.server ?? '',
    authorityPem: Buffer.from(cluster?.caData ?? '', 'base64').toString(),
    user: { tokenFile },
    namespace: DEFAULT_CREDENTIALS_NAMESPACE,
  });
}

/** A token of the ServiceAccount that health has in a cluster, with its rights and its priority. */
export async function healthToken(api: ApiConnection): Promise<string> {
  const accounts = `/api/v1/namespaces/${DEFAULT_SYSTEM_NAMESPACE}/serviceaccounts`;
  const answer = await create(api, `${accounts}/mailprovider-health/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: TOKEN_SECONDS },
  });
  return tokenSchema.parse(answer).status.token;
}
