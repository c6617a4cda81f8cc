export { type AddressPolicy, createAddressPolicy } from './address-policy.ts';
export type { Credentials } from './auth.ts';
export type { SessionDeps } from './dial.ts';
export type { EhloExtensions } from './ehlo.ts';
export { SmtpError, type SmtpFailure } from './failure.ts';
export { openSession } from './open-session.ts';
export { type ResolvedAddress, type Resolver, systemResolver } from './resolver.ts';
export type { SmtpSession } from './session.ts';
export type { TlsFacts } from './tls.ts';
