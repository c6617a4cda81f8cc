import { conditionOf } from '@mailprovider/provider/conditions';
import type { Condition } from '@mailprovider/provider/status-schema';
import type { CheckResult } from '../check/check-result.ts';

/** What `kubectl describe` shows of a provider's past. */
export interface HealthEvent {
  readonly type: 'Normal' | 'Warning';
  /** What was done when it was found. */
  readonly action: 'HealthCheck' | 'Election';
  /** One CamelCase word, as a rule the reason of a condition. */
  readonly reason: string;
  readonly message: string;
}

/** Warned of once, although the password is used. */
const TRIMMED_REASON = 'SecretValueTrimmed';

/** The condition that says what is the matter; the others follow from it. */
function tellingType(result: CheckResult): 'Ready' | 'Healthy' | 'PasswordLoaded' {
  switch (result.kind) {
    case 'invalid':
    case 'disabled':
      return 'Ready';
    case 'password-not-loaded':
      return 'PasswordLoaded';
    case 'probed':
      return 'Healthy';
  }
}

/** Whether a condition says something else than before; a message or a generation alone is nothing new. */
export function isTransition(before: Condition | undefined, after: Condition): boolean {
  return before?.status !== after.status || before.reason !== after.reason;
}

/** The event of a condition that changed. */
export function eventOf(
  action: HealthEvent['action'],
  { status, reason, message }: Condition,
): HealthEvent {
  const expected = status === 'True' || reason === 'Disabled';
  return { type: expected ? 'Normal' : 'Warning', action, reason, message };
}

/** What to tell of a check whose conditions follow on these; mostly nothing. */
export function eventsOf(
  before: readonly Condition[] | undefined,
  after: readonly Condition[],
  result: CheckResult,
): HealthEvent[] {
  return [...conditionEvents(before, after, result), ...trimmedEvents(before, after, result)];
}

function conditionEvents(
  before: readonly Condition[] | undefined,
  after: readonly Condition[],
  result: CheckResult,
): HealthEvent[] {
  const type = tellingType(result);
  const condition = conditionOf(after, type);
  const changed = condition !== undefined && isTransition(conditionOf(before, type), condition);
  return changed ? [eventOf('HealthCheck', condition)] : [];
}

/** The message of PasswordLoaded is all that remembers it. */
function trimmedEvents(
  before: readonly Condition[] | undefined,
  after: readonly Condition[],
  result: CheckResult,
): HealthEvent[] {
  if (result.kind !== 'probed' || result.password.state !== 'loaded') return [];
  const message = conditionOf(after, 'PasswordLoaded')?.message ?? '';
  const known = conditionOf(before, 'PasswordLoaded')?.message === message;
  if (!result.password.trimmed || known) return [];
  return [{ type: 'Warning', action: 'HealthCheck', reason: TRIMMED_REASON, message }];
}
