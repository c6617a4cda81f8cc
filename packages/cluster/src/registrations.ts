import { Document } from 'yaml';
import type { Manifest } from './manifests.ts';

/** Where webhooks are reached outside of a cluster. */
export interface WebhookEndpoint {
  /** Without a path, such as `https://127.0.0.1:41234`. */
  readonly url: string;
  readonly authorityPem: string;
}

/**
 * Points each webhook of a registration to `endpoint`, at the path of the service it names.
 *
 * Throws if a webhook names no service.
 */
export function redirectRegistration(registration: Manifest, endpoint: WebhookEndpoint): Manifest {
  const document = new Document(registration);
  const caBundle = Buffer.from(endpoint.authorityPem).toString('base64');
  for (let index = 0; document.hasIn(['webhooks', index]); index += 1) {
    const clientConfig = ['webhooks', index, 'clientConfig'];
    if (!document.hasIn([...clientConfig, 'service'])) {
      throw new Error(`${registration.kind}: webhooks[${index}].clientConfig names no service`);
    }
    const path = document.getIn([...clientConfig, 'service', 'path']) ?? '/';
    document.setIn(clientConfig, { url: `${endpoint.url}${path}`, caBundle });
  }
  return document.toJS();
}
