import {
  API_VERSION,
  GROUP,
  KIND,
  PLURAL,
  VALIDATING_WEBHOOK,
} from '@mailprovider/provider/identity';
import { stringify } from 'yaml';
import type { Kubectl } from './kubectl.ts';
import { type Manifest, manifestStream } from './manifests.ts';
import { redirectRegistration, type WebhookEndpoint } from './registrations.ts';
import { waitUntil } from './wait-until.ts';

/** The API server sees a new registration within a second; a busy machine takes longer. */
const ADMISSION_TIMEOUT_MS = 30_000;
const NAMESPACE_TIMEOUT_MS = 30_000;

function apply(kubectl: Kubectl, manifests: readonly Manifest[]): Promise<string> {
  const args = ['apply', '--server-side', '--filename=-'];
  return kubectl.run(args, manifestStream(manifests));
}

/** The API server makes it a moment after it is ready; a Role is in it. */
async function defaultNamespace(kubectl: Kubectl, signal: AbortSignal): Promise<void> {
  const problem = async () => {
    const { succeeded, stderr } = await kubectl.attempt(['get', 'namespace', 'default']);
    return succeeded ? undefined : stderr.trim();
  };
  await waitUntil(problem, { what: 'namespace default', timeoutMs: NAMESPACE_TIMEOUT_MS, signal });
}

/** Creates all that is there before the first process, and waits until the API serves it. */
export async function installBase(
  kubectl: Kubectl,
  base: readonly Manifest[],
  signal: AbortSignal,
): Promise<void> {
  await defaultNamespace(kubectl, signal);
  await apply(kubectl, base);
  await kubectl.run(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all']);
  // The first list of a new resource may be put off with 429; kubectl asks again.
  await kubectl.run(['get', `${PLURAL}.${GROUP}`]);
}

/** A provider for trying admission; only the webhooks know what is wrong or absent. */
function trial(smtp: object): string {
  return stringify({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'admission-trial' },
    spec: {
      smtp: { host: 'smtp.example.com', port: 587, username: 'mailer', ...smtp },
      sender: { address: 'trial@example.com' },
    },
  });
}

const DRY_RUN = ['create', '--dry-run=server', '--filename=-'];

async function validationProblem(kubectl: Kubectl): Promise<string | undefined> {
  const denied = `admission webhook "${VALIDATING_WEBHOOK}" denied the request`;
  const { succeeded, stderr } = await kubectl.attempt(DRY_RUN, trial({}));
  if (stderr.includes(denied)) return undefined;
  return succeeded ? 'a wrong MailProvider is accepted' : stderr.trim();
}

async function mutationProblem(kubectl: Kubectl): Promise<string | undefined> {
  const output = '--output=jsonpath={.spec.smtp.passwordRef.namespace}';
  const passwordRef = { name: 'trial', key: 'password' };
  const { succeeded, stdout, stderr } = await kubectl.attempt(
    [...DRY_RUN, output],
    trial({ passwordRef }),
  );
  if (!succeeded) return stderr.trim();
  return stdout === '' ? 'absent values are not filled in' : undefined;
}

/** Registers the webhooks at `endpoint`, and waits until the API server asks both. */
export async function registerWebhooks(
  kubectl: Kubectl,
  registrations: readonly Manifest[],
  endpoint: WebhookEndpoint,
  signal: AbortSignal,
): Promise<void> {
  const redirected = registrations.map((manifest) => redirectRegistration(manifest, endpoint));
  await apply(kubectl, redirected);
  const problem = async () =>
    (await validationProblem(kubectl)) ?? (await mutationProblem(kubectl));
  const what = 'admission by the webhook';
  await waitUntil(problem, { what, timeoutMs: ADMISSION_TIMEOUT_MS, signal });
}
