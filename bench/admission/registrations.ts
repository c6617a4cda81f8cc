import { join } from 'node:path';
import { readManifests } from '@mailprovider/cluster/manifests';
import { redirectRegistration } from '@mailprovider/cluster/registrations';
import { waitUntil } from '@mailprovider/cluster/wait-until';
import type { ApiServer, Registration } from './api-server.ts';
import { provider } from './review.ts';
import type { RunningWebhook } from './running-webhook.ts';

const MANIFESTS = join(import.meta.dirname, '../../../manifests');
const SEEN_TIMEOUT_MS = 30_000;

/** The registrations of one webhook; each is there or not. */
export interface Registrations {
  readonly validation?: Registration;
  readonly mutation?: Registration;
}

/** The registrations of manifests/, pointed at `webhook`. */
export async function registrationsOf({
  url,
  authorityPem,
}: RunningWebhook): Promise<Required<Registrations>> {
  const { registrations } = await readManifests(MANIFESTS);
  const of = (kind: string) => {
    const manifest = registrations.find((registration) => registration.kind === kind);
    if (manifest === undefined) throw new Error(`manifests/ has no ${kind}`);
    return redirectRegistration(manifest, { url, authorityPem });
  };
  return {
    validation: of('ValidatingWebhookConfiguration'),
    mutation: of('MutatingWebhookConfiguration'),
  };
}

/** Whether the API server asks for validation: of this only the webhook knows that it is wrong. */
async function isValidating(api: ApiServer): Promise<boolean> {
  const wrong = provider('trial');
  const { passwordRef: _, ...smtp } = wrong.spec.smtp;
  const { status } = await api.tryCreate({ ...wrong, spec: { ...wrong.spec, smtp } });
  return status === 403;
}

/** Whether the API server asks for mutation, which fills in the namespace of the password. */
async function isMutating(api: ApiServer): Promise<boolean> {
  const { body } = await api.tryCreate(provider('trial'));
  return /"passwordRef":\{[^}]*"namespace"/.test(body);
}

/** Makes these the only registrations, and waits until the API server asks just whom they name. */
export async function registerOnly(
  api: ApiServer,
  { validation, mutation }: Registrations,
  signal: AbortSignal,
): Promise<void> {
  const seen = (wanted: { readonly validating: boolean; readonly mutating: boolean }) =>
    waitUntil(
      async () => {
        const isSeen =
          (await isValidating(api)) === wanted.validating &&
          (await isMutating(api)) === wanted.mutating;
        return isSeen ? undefined : 'the API server still asks others';
      },
      { what: 'a change of registrations', timeoutMs: SEEN_TIMEOUT_MS, signal },
    );
  await api.deleteRegistrations();
  await seen({ validating: false, mutating: false });
  for (const registration of [mutation, validation]) {
    if (registration !== undefined) await api.register(registration);
  }
  await seen({ validating: validation !== undefined, mutating: mutation !== undefined });
}
