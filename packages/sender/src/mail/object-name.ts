/** RFC 1123, as Kubernetes reads it. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_SUBDOMAIN = 253;

/** Whether Kubernetes takes this as the name of an object. */
export function isObjectName(name: string): boolean {
  return name.length <= MAX_SUBDOMAIN && name.split('.').every((label) => LABEL.test(label));
}

/** Whether this is `name` or `namespace/name`. */
export function isObjectReference(reference: string): boolean {
  const slash = reference.indexOf('/');
  if (slash < 0) return isObjectName(reference);
  return LABEL.test(reference.slice(0, slash)) && isObjectName(reference.slice(slash + 1));
}
