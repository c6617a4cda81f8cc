import { API_VERSION, GROUP, KIND, PLURAL, VERSION } from '@mailprovider/provider/identity';
import { specWithCredentials } from '../provider/minimal-spec.ts';

export const UID = '705ab4f5-6393-11e8-b7cc-42010a800002';

/** An AdmissionReview as the API server sends it. */
export function reviewOf(fields: Readonly<Record<string, unknown>> = {}) {
  const kind = { group: GROUP, version: VERSION, kind: KIND };
  const resource = { group: GROUP, version: VERSION, resource: PLURAL };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: UID,
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: 'relay',
      operation: 'CREATE',
      userInfo: {
        username: 'jane',
        uid: 'user-7',
        groups: ['mail-admins', 'system:authenticated'],
        extra: { 'example.com/scopes': ['mail'] },
      },
      object: objectOf(specWithCredentials()),
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
      ...fields,
    },
  };
}

export function objectOf(spec: unknown) {
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'relay' }, spec };
}
