import { specWithCredentials } from '../provider/minimal-spec.ts';

/** An AdmissionReview as the API server sends it. */
export function reviewOf(fields: Readonly<Record<string, unknown>> = {}) {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      resource: {
        group: 'breakglass.t-caas.telekom.com',
        version: 'v1alpha1',
        resource: 'mailproviders',
      },
      operation: 'CREATE',
      name: 'relay',
      object: objectOf(specWithCredentials()),
      oldObject: null,
      ...fields,
    },
  };
}

export function objectOf(spec: unknown) {
  return {
    apiVersion: 'breakglass.t-caas.telekom.com/v1alpha1',
    kind: 'MailProvider',
    metadata: { name: 'relay' },
    spec,
  };
}
