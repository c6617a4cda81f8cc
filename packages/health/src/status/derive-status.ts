import {
  type ConditionUpdate,
  conditionOf,
  kubernetesTime,
  transition,
} from '@mailprovider/provider/conditions';
import { formatFieldErrors } from '@mailprovider/provider/field-error';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type {
  HealthyReason,
  PasswordLoadedReason,
  ReadyReason,
} from '@mailprovider/provider/reasons';
import type {
  AuthSuspension,
  Condition,
  ConditionStatus,
} from '@mailprovider/provider/status-schema';
import { isActive, suspensionAfter } from '@mailprovider/smtp/login/auth-suspension';
import type { CheckResult } from '../check/check-result.ts';
import { suspensionOf } from '../check/standing-suspension.ts';
import { failureMessage, passedMessage, passwordMessage } from './messages.ts';

/** The status fields that health owns; it writes all of them each time. */
export interface HealthStatus {
  readonly observedGeneration: number;
  readonly conditions: Condition[];
  readonly lastHealthCheck?: string;
  readonly certificateExpiry?: string;
  readonly authSuspension?: AuthSuspension;
}

type Part<Reason extends string> = readonly [ConditionStatus, Reason, string];

interface Parts {
  readonly ready: Part<ReadyReason>;
  readonly healthy: Part<HealthyReason>;
  readonly passwordLoaded: Part<PasswordLoadedReason>;
}

const NOT_CHECKED = 'Not checked because the spec is invalid.';
const DISABLED = 'The provider is disabled.';

function partsOf(result: CheckResult, suspension: AuthSuspension | undefined): Parts {
  switch (result.kind) {
    case 'invalid':
      return {
        ready: ['False', 'ValidationFailed', formatFieldErrors(result.errors)],
        healthy: ['Unknown', 'Pending', NOT_CHECKED],
        passwordLoaded: ['Unknown', 'Pending', NOT_CHECKED],
      };
    case 'disabled':
      return {
        ready: ['False', 'Disabled', DISABLED],
        healthy: ['Unknown', 'Disabled', DISABLED],
        passwordLoaded: ['Unknown', 'Disabled', DISABLED],
      };
    case 'password-not-loaded': {
      const message = passwordMessage(result.password);
      return {
        ready: ['False', 'PasswordNotLoaded', message],
        healthy: ['Unknown', 'PasswordNotLoaded', 'Not checked because the password is missing.'],
        passwordLoaded: ['False', result.password.reason, message],
      };
    }
    case 'probed':
      return { ...probedParts(result, suspension), passwordLoaded: passwordLoadedPart(result) };
  }
}

type Probed = Extract<CheckResult, { kind: 'probed' }>;

function probedParts(
  { target, probe, password }: Probed,
  suspension: AuthSuspension | undefined,
): Omit<Parts, 'passwordLoaded'> {
  if (probe.healthy) {
    const message = passedMessage(target, probe.trace, password.state === 'loaded');
    return {
      ready: ['True', 'Configured', 'The provider can be used.'],
      healthy: ['True', 'HealthCheckPassed', message],
    };
  }
  const message = failureMessage(target, probe.failure, suspension);
  return {
    ready: ['False', 'HealthCheckFailed', message],
    healthy: ['False', probe.failure.reason, message],
  };
}

function passwordLoadedPart({ password }: Probed): Parts['passwordLoaded'] {
  return password.state === 'loaded'
    ? ['True', 'SecretLoaded', passwordMessage(password)]
    : ['True', 'NotRequired', passwordMessage(password)];
}

/**
 * The record of a login that is not to be repeated yet: of the one that just failed, else the one
 * that stands already, until its time is over or a login succeeds.
 */
function nextSuspension(
  { status }: MailProvider,
  result: CheckResult,
  now: Date,
): AuthSuspension | undefined {
  const standing = status?.authSuspension;
  const kept = standing !== undefined && isActive(standing, now) ? standing : undefined;
  if (result.kind !== 'probed' || result.login === undefined) return kept;
  const { login, probe } = result;
  if (login.state === 'suspended') return login.record;
  if (probe.healthy) return undefined;
  if (!probe.trace.loginAttempted) return kept;
  const healthy = conditionOf(status?.conditions, 'Healthy');
  const unhealthy = healthy?.status === 'False';
  const unhealthySince = unhealthy ? new Date(healthy.lastTransitionTime) : now;
  return suspensionAfter(probe.failure, login.login, now, unhealthySince);
}

/** When the certificate ends: as the server just showed it, else as it was last seen. */
function certificateExpiry({ status }: MailProvider, result: CheckResult): string | undefined {
  if (result.kind !== 'probed') return undefined;
  const { target, probe } = result;
  const shown = probe.trace.tls?.certificate;
  if (shown !== undefined) return kubernetesTime(shown.notAfter);
  return probe.healthy || target.tlsMode === 'none' ? undefined : status?.certificateExpiry;
}

/** `metav1.Condition` allows a message of 32,768 characters. */
const MESSAGE_MAX = 32_768;

/**
 * The status after a check. Pure: the same check of the same object yields the same status, apart
 * from the time of a success.
 */
export function deriveStatus(provider: MailProvider, result: CheckResult, now: Date): HealthStatus {
  const { status, metadata } = provider;
  const authSuspension = nextSuspension(provider, result, now);
  const { ready, healthy, passwordLoaded } = partsOf(result, suspensionOf(result, authSuspension));
  const succeeded = result.kind === 'probed' && result.probe.healthy;
  const lastHealthCheck = succeeded ? kubernetesTime(now) : status?.lastHealthCheck;
  const expiry = certificateExpiry(provider, result);
  const condition = (type: string, [value, reason, message]: Part<string>): Condition => {
    const update: ConditionUpdate = {
      type,
      status: value,
      reason,
      message: message.slice(0, MESSAGE_MAX),
      observedGeneration: metadata.generation,
    };
    return transition(status?.conditions ?? [], update, now);
  };
  return {
    observedGeneration: metadata.generation,
    conditions: [
      condition('Ready', ready),
      condition('Healthy', healthy),
      condition('PasswordLoaded', passwordLoaded),
    ],
    ...(lastHealthCheck === undefined ? {} : { lastHealthCheck }),
    ...(expiry === undefined ? {} : { certificateExpiry: expiry }),
    ...(authSuspension === undefined ? {} : { authSuspension }),
  };
}
