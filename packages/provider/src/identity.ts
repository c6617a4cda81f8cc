/** API group of the MailProvider resource. */
export const GROUP = 'breakglass.t-caas.telekom.com';
export const VERSION = 'v1alpha1';
export const KIND = 'MailProvider';
export const LIST_KIND = 'MailProviderList';
export const PLURAL = 'mailproviders';
export const SINGULAR = 'mailprovider';
export const API_VERSION = `${GROUP}/${VERSION}`;

/** Fully qualified name of the validating webhook; kubectl prints it in every denial. */
export const VALIDATING_WEBHOOK = `mailprovider.validation.${GROUP}`;

/** The one namespace that credential Secrets are read from, unless a process is told another. */
export const DEFAULT_CREDENTIALS_NAMESPACE = 'mailprovider-credentials';

/** On a MailProvider: a new value has it checked at once. */
export const PROBE_REQUESTED_AT_ANNOTATION = 'mailprovider.io/probe-requested-at';

/** On a Secret: the servers that it may be sent to, as `host` or `host:port`, separated by commas or spaces. */
export const ALLOWED_HOSTS_ANNOTATION = 'mailprovider.io/allowed-hosts';

/** Namespace of the processes and of their Leases, unless they are told another. */
export const DEFAULT_SYSTEM_NAMESPACE = 'mailprovider-system';

/** The Lease that serialises who may become the default. */
export const DEFAULT_CLAIM_LEASE = 'mailprovider-default-claim';
