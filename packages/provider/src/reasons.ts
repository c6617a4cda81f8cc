/** The steps of an SMTP session, in the order they are taken. */
export const STAGES = ['dns', 'connect', 'tls', 'greeting', 'ehlo', 'starttls', 'auth'] as const;
export type Stage = (typeof STAGES)[number];

/** Why an SMTP session could not be opened: the reasons of Healthy=False. */
export const SESSION_REASONS = [
  'HostNotFound',
  'DnsFailed',
  'AddressNotAllowed',
  'ConnectionRefused',
  'ConnectionClosed',
  'HostUnreachable',
  'Timeout',
  'GreetingRejected',
  'EhloRejected',
  'ProtocolError',
  'StartTlsNotOffered',
  'StartTlsRefused',
  'TlsHandshakeFailed',
  'CertificateExpired',
  'CertificateNotYetValid',
  'CertificateNotTrusted',
  'CertificateNameMismatch',
  'AuthNotOffered',
  'AuthMechanismUnsupported',
  'AuthenticationFailed',
  'AuthMethodDisabled',
  'AuthThrottled',
  'ServiceUnavailable',
] as const;
export type SessionReason = (typeof SESSION_REASONS)[number];

/** Why a password could not be loaded: the reasons of PasswordLoaded=False. */
export const SECRET_REASONS = [
  'SecretNotFound',
  'SecretKeyMissing',
  'SecretEmpty',
  'SecretForbidden',
  'SecretTypeNotAllowed',
  'SecretNamespaceNotAllowed',
  'SecretNotBoundToHost',
] as const;
export type SecretReason = (typeof SECRET_REASONS)[number];

/** Every reason of the conditions, apart from the two lists above. */
export const READY_REASONS = [
  'Configured',
  'ValidationFailed',
  'PasswordNotLoaded',
  'HealthCheckFailed',
  'Disabled',
] as const;
export const HEALTHY_REASONS = [
  'HealthCheckPassed',
  'Pending',
  'Disabled',
  'PasswordNotLoaded',
] as const;
export const PASSWORD_LOADED_REASONS = [
  'SecretLoaded',
  'NotRequired',
  'Pending',
  'Disabled',
] as const;
/** Reasons of Default, which only a provider with `default: true` has. */
export const DEFAULT_REASONS = ['Elected', 'DefaultConflict', 'Disabled'] as const;

export type ReadyReason = (typeof READY_REASONS)[number];
export type HealthyReason = (typeof HEALTHY_REASONS)[number] | SessionReason;
export type PasswordLoadedReason = (typeof PASSWORD_LOADED_REASONS)[number] | SecretReason;
export type DefaultReason = (typeof DEFAULT_REASONS)[number];
