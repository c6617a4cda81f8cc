import { API_VERSION, GROUP, KIND, PLURAL, VERSION } from '@mailprovider/provider/identity';

const CREATED = '2026-01-01T00:00:00Z';

/** A valid MailProvider with credentials that is not the default. */
export function provider(name: string) {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name },
    spec: {
      smtp: {
        host: 'smtp.example.com',
        port: 587,
        username: 'breakglass@example.com',
        passwordRef: { name: 'smtp-credentials', key: 'password' },
      },
      sender: { address: 'noreply@example.com', name: 'Relay' },
    },
  };
}

/** An AdmissionReview (admission.k8s.io/v1) with what the API server puts around an object. */
export function reviewOf(object: object, oldObject: object | null = null) {
  const operation = oldObject === null ? 'CREATE' : 'UPDATE';
  const kind = { group: GROUP, version: VERSION, kind: KIND };
  const resource = { group: GROUP, version: VERSION, resource: PLURAL };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: 'relay',
      operation,
      userInfo: { username: 'admin', groups: ['system:masters'] },
      object,
      oldObject,
      dryRun: false,
    },
  };
}

/** The question of the load: the create of a valid provider, about 1.2 KB of JSON. */
export function createReview(): string {
  const { metadata, spec, ...type } = provider('relay');
  const object = {
    ...type,
    metadata: {
      ...metadata,
      uid: '1d9a5b2e-56ff-4c3a-9d43-8bb0a8c8a8f1',
      creationTimestamp: CREATED,
      generation: 1,
    },
    spec: {
      ...spec,
      default: false,
      disabled: false,
      smtp: { ...spec.smtp, insecureSkipVerify: false, disableTLS: false, tlsMode: 'auto' },
      retry: { count: 3, initialBackoffMs: 100, queueSize: 1000 },
    },
  };
  return JSON.stringify(reviewOf(object));
}
