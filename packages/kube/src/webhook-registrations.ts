import {
  AdmissionregistrationV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1MutatingWebhookConfiguration,
  type V1ValidatingWebhookConfiguration,
} from '@kubernetes/client-node';
import type { Logger } from '@mailprovider/process';
import type { ApiConnection } from './api-connection.ts';
import { ApiError, calling } from './api-error.ts';
import { watchObject } from './object-watch.ts';

type Kind = 'mutating' | 'validating';

/** A MutatingWebhookConfiguration or a ValidatingWebhookConfiguration by its name. */
export interface RegistrationName {
  readonly kind: Kind;
  readonly name: string;
}

/** One version of a registration, as far as the trust in its webhooks goes. */
export interface WebhookRegistration {
  /** Kind and name. */
  readonly id: string;
  readonly resourceVersion: string;
  /** PEM texts, one for each webhook in it. */
  readonly caBundles: readonly (string | undefined)[];
}

/** Some registrations of webhooks by name; they are never created or deleted. */
export interface WebhookRegistrations {
  readonly ids: readonly string[];
  /** Those that are there, read from the store. */
  read(): Promise<readonly WebhookRegistration[]>;
  /** Sets it in every webhook of a version; returns false if it is another one or gone by now. */
  setCaBundle(registration: WebhookRegistration, pem: string): Promise<boolean>;
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}

const JSON_PATCH = setHeaderOptions('Content-Type', PatchStrategy.JsonPatch);

function idOf({ kind, name }: RegistrationName): string {
  return `${kind}webhookconfiguration/${name}`;
}

function versionOf(
  name: RegistrationName,
  stored: V1MutatingWebhookConfiguration | V1ValidatingWebhookConfiguration,
): WebhookRegistration {
  return {
    id: idOf(name),
    resourceVersion: stored.metadata?.resourceVersion ?? '',
    caBundles: (stored.webhooks ?? []).map(({ clientConfig: { caBundle } }) =>
      caBundle === undefined ? undefined : Buffer.from(caBundle, 'base64').toString('utf8'),
    ),
  };
}

/** Replacing the version by the same one is refused with 409 if it is another one by now. */
function patchOf({ resourceVersion, caBundles }: WebhookRegistration, pem: string): object[] {
  const value = Buffer.from(pem).toString('base64');
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
    ...caBundles.map((_, index) => ({
      op: 'add',
      path: `/webhooks/${index}/clientConfig/caBundle`,
      value,
    })),
  ];
}

/** Undefined where the API server says one of these reasons. */
async function unless<T>(
  reasons: readonly string[],
  run: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ApiError && reasons.includes(error.reason)) return undefined;
    throw error;
  }
}

export function webhookRegistrations(
  connection: ApiConnection,
  names: readonly RegistrationName[],
  logger: Logger,
): WebhookRegistrations {
  const api = new AdmissionregistrationV1Api(connection.configuration());
  const get = ({ kind, name }: RegistrationName) =>
    kind === 'mutating'
      ? api.readMutatingWebhookConfiguration({ name })
      : api.readValidatingWebhookConfiguration({ name });
  const patch = ({ kind, name }: RegistrationName, body: object[]) =>
    kind === 'mutating'
      ? api.patchMutatingWebhookConfiguration({ name, body }, JSON_PATCH)
      : api.patchValidatingWebhookConfiguration({ name, body }, JSON_PATCH);
  const byId = new Map(names.map((name) => [idOf(name), name]));

  return {
    ids: [...byId.keys()],
    async read() {
      const reading = names.map(async (name) => {
        const stored = await unless(['not-found'], () =>
          calling(`read ${idOf(name)}`, () => get(name)),
        );
        return stored === undefined ? [] : [versionOf(name, stored)];
      });
      return (await Promise.all(reading)).flat();
    },
    async setCaBundle(registration, pem) {
      const name = byId.get(registration.id);
      if (name === undefined) return false;
      const patched = await unless(['not-found', 'conflict'], () =>
        calling(`patch ${registration.id}`, () => patch(name, patchOf(registration, pem))),
      );
      return patched !== undefined;
    },
    async watch(changed, signal) {
      const watches = names.map(({ kind, name }) => {
        const plural = `${kind}webhookconfigurations`;
        const collection = `/apis/admissionregistration.k8s.io/v1/${plural}`;
        return watchObject(connection, { collection, name }, changed, { logger, signal });
      });
      await Promise.all(watches);
    },
  };
}
