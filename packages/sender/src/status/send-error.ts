import type { MailProvider } from '@mailprovider/provider/mail-provider';
import {
  DELIVERY_REASON_TEXT,
  isAboutKey,
  SECRET_REASON_TEXT,
  SESSION_REASON_TEXT,
} from '@mailprovider/provider/reason-text';
import type { SecretReason, SessionReason } from '@mailprovider/provider/reasons';
import type { MailProviderSpec } from '@mailprovider/provider/schema';
import { endpoint } from '@mailprovider/provider/target';
import { validateSpec } from '@mailprovider/provider/validate';
import type { AttemptFailure } from '../mail/attempt-result.ts';

/** The limit of `status.lastSendError`. */
const LENGTH_MAX = 1024;

/** `ConnectionRefused: ` and so on: what `status.lastSendError` shows of a failure. */
export function sendErrorOf({ spec }: MailProvider, failure: AttemptFailure): string {
  const result = validateSpec(spec);
  const text = result.valid ? textIn(result.spec, failure) : textOf(failure.reason);
  return `${failure.reason}: ${text}.`.slice(0, LENGTH_MAX);
}

function textIn(spec: MailProviderSpec, { reason, stage, code }: AttemptFailure): string {
  if (isSecretReason(reason)) return secretText(spec, reason);
  if (stage === undefined) return textOf(reason);
  const reply = code === undefined ? '' : ` (reply ${code})`;
  return `${endpoint(spec.smtp)}: failed in stage ${stage}${reply}: ${textOf(reason)}`;
}

function secretText({ smtp: { passwordRef } }: MailProviderSpec, reason: SecretReason): string {
  const text = SECRET_REASON_TEXT[reason];
  if (passwordRef === undefined) return `the Secret ${text}`;
  const { namespace, name, key } = passwordRef;
  const secret = `Secret "${namespace ? `${namespace}/${name}` : name}"`;
  return `${isAboutKey(reason) ? `${secret}, key "${key}",` : secret} ${text}`;
}

function textOf(reason: AttemptFailure['reason']): string {
  if (isSecretReason(reason)) return `the Secret ${SECRET_REASON_TEXT[reason]}`;
  return isSessionReason(reason) ? SESSION_REASON_TEXT[reason] : DELIVERY_REASON_TEXT[reason];
}

function isSecretReason(reason: string): reason is SecretReason {
  return Object.hasOwn(SECRET_REASON_TEXT, reason);
}

function isSessionReason(reason: string): reason is SessionReason {
  return Object.hasOwn(SESSION_REASON_TEXT, reason);
}
