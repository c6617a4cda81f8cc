export { ApiConnection } from './api-connection.ts';
export { ApiError, type ApiErrorCause } from './api-error.ts';
export {
  type ClaimReading,
  type DefaultClaims,
  defaultClaims,
  holderOf,
} from './default-claims.ts';
export {
  type EventContent,
  type EventReporter,
  type EventSubject,
  type Events,
  events,
} from './events.ts';
export { loadKubeConfig } from './kube-config.ts';
export {
  DEFAULT_ELECTION_TIMING,
  ELECTION_JITTER,
  type ElectionTiming,
  type LeaderElectionOptions,
  runLeaderElection,
} from './leader-election.ts';
export { type ElectionClock, type Leadership, LeadershipLost } from './leadership.ts';
export { type Lease, type LeaseContent, type LeaseReading, type Leases, leases } from './leases.ts';
export type { WatchContext, WatchHandlers, WatchObserver } from './list-watch.ts';
export { type MailProviders, mailProviders } from './mail-providers.ts';
export {
  type ReferenceLookup,
  type References,
  type ReferringKind,
  references,
} from './references.ts';
export { kubeSecretReader } from './secret-reader.ts';
export { type Secrets, type SecretVersion, secrets } from './secrets.ts';
export { type SharedSecret, type SharedSecretVersion, sharedSecret } from './shared-secret.ts';
export { statusApply } from './status-apply.ts';
export { type Access, type Subject, subjectAccess } from './subject-access.ts';
export { tokenReview } from './token-review.ts';
export { DEFAULT_WATCH_TIMING, type WatchTiming } from './watch-timing.ts';
export {
  type RegistrationName,
  type WebhookRegistration,
  type WebhookRegistrations,
  webhookRegistrations,
} from './webhook-registrations.ts';
