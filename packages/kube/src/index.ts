export { ApiConnection } from './api-connection.ts';
export { ApiError, type ApiErrorCause } from './api-error.ts';
export { loadKubeConfig } from './kube-config.ts';
export type { WatchHandlers } from './list-watch.ts';
export { type MailProviders, mailProviders } from './mail-providers.ts';
export { type Secrets, type SecretVersion, secrets } from './secrets.ts';
export { type SharedSecret, type SharedSecretVersion, sharedSecret } from './shared-secret.ts';
export {
  type RegistrationName,
  type WebhookRegistration,
  type WebhookRegistrations,
  webhookRegistrations,
} from './webhook-registrations.ts';
