import type { QueueReason, TransactionReason } from './delivery-reasons.ts';
import type { SecretReason, SessionReason } from './reasons.ts';

/** What a failed session means and what to look at, for people; never a word of the server's. */
export const SESSION_REASON_TEXT: Readonly<Record<SessionReason, string>> = {
  HostNotFound: 'the host name does not exist; check spec.smtp.host',
  DnsFailed: 'the host name could not be resolved; check the DNS service',
  AddressNotAllowed: 'the host resolves only to addresses that may not be dialled',
  ConnectionRefused: 'nothing listens on that port; check spec.smtp.host and spec.smtp.port',
  ConnectionClosed: 'the server closed the connection',
  HostUnreachable: 'there is no route to the host; check network policies and firewalls',
  Timeout:
    'no answer in time; check spec.smtp.port, spec.smtp.tlsMode, network policies and firewalls',
  GreetingRejected: 'the server refuses connections from here',
  EhloRejected: 'the server refused EHLO',
  ProtocolError: 'the answer is not SMTP; check spec.smtp.port and spec.smtp.tlsMode',
  StartTlsNotOffered:
    'the server does not offer STARTTLS, so no password is sent; check spec.smtp.port and spec.smtp.tlsMode',
  StartTlsRefused: 'the server offered STARTTLS and then refused it',
  TlsHandshakeFailed: 'the TLS handshake failed; check spec.smtp.port and spec.smtp.tlsMode',
  CertificateExpired: 'the certificate of the server has expired',
  CertificateNotYetValid: 'the certificate of the server is not valid yet',
  CertificateNotTrusted:
    'the certificate of the server chains to no trusted authority; set spec.smtp.certificateAuthority',
  CertificateNameMismatch:
    'the certificate of the server is for another name; check spec.smtp.host and spec.smtp.serverName',
  AuthNotOffered: 'the server offers no authentication; check spec.smtp.port and spec.smtp.tlsMode',
  AuthMechanismUnsupported:
    'the server takes no authentication mechanism that may be used; check spec.smtp.authMethod',
  AuthenticationFailed:
    'the server refused the user name or the password; check spec.smtp.username and the Secret',
  AuthMethodDisabled: 'the server does not accept this kind of login for the account',
  AuthThrottled: 'the server limits logins for now',
  ServiceUnavailable: 'the server is not available for now',
};

/** What a password that could not be loaded means: of the key for two reasons, else of the Secret. */
export const SECRET_REASON_TEXT: Readonly<Record<SecretReason, string>> = {
  SecretNotFound: 'does not exist; create it or correct spec.smtp.passwordRef',
  SecretKeyMissing: 'does not exist; add it or correct spec.smtp.passwordRef.key',
  SecretEmpty: 'is empty; put the password there',
  SecretForbidden: 'may not be read; check the Role of the health ServiceAccount',
  SecretTypeNotAllowed: 'is of a type that is not read; use Opaque or kubernetes.io/basic-auth',
  SecretNamespaceNotAllowed: 'is not in the namespace that credentials are read from',
  SecretNotBoundToHost:
    'may not be sent to this server; add spec.smtp.host to its annotation mailprovider.io/allowed-hosts',
};

/** Why a mail was not taken by the server it was offered to, or not offered to any. */
export const DELIVERY_REASON_TEXT: Readonly<Record<TransactionReason | QueueReason, string>> = {
  SenderRejected: 'the server refused the sender; check spec.sender.address and the account',
  RecipientRejected: 'the server refused the recipient',
  MessageRejected: 'the server refused the message',
  MessageTooLarge: 'the message is larger than the server takes',
  SmtpUtf8NotOffered: 'the server takes no addresses or header fields beyond ASCII',
  Throttled: 'the server limits mail for now',
  ProviderNotFound: 'the provider does not exist any more',
  ProviderDisabled: 'the provider is disabled',
  ProviderInvalid: 'the spec of the provider is invalid',
  CredentialsUnavailable: 'the password could not be read for now',
  Interrupted: 'the sender ended during the attempt',
  ContentLost: 'the store no longer has the content of the mail',
};

const OF_THE_KEY: ReadonlySet<SecretReason> = new Set(['SecretKeyMissing', 'SecretEmpty']);

/** Whether a reason speaks of the key, and not of the Secret as a whole. */
export function isAboutKey(reason: SecretReason): boolean {
  return OF_THE_KEY.has(reason);
}
