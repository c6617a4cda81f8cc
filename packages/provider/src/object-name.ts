/** RFC 1123 subdomain, the rule of Kubernetes for object names: they become parts of paths of the API. */
export const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
