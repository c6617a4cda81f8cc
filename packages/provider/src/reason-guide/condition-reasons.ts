import type {
  DEFAULT_REASONS,
  HEALTHY_REASONS,
  PASSWORD_LOADED_REASONS,
  READY_REASONS,
} from '../reasons.ts';
import type { ConditionStatus } from '../status-schema.ts';

/** The status that goes with a reason, and what it means. */
export type ConditionMeaning = readonly [status: ConditionStatus, meaning: string];

type Meanings<Reasons extends readonly string[]> = Readonly<
  Record<Reasons[number], ConditionMeaning>
>;

export const READY_MEANING: Meanings<typeof READY_REASONS> = {
  Configured: ['True', 'the provider can be used'],
  ValidationFailed: [
    'False',
    'the spec is invalid, and was stored while the webhook was absent; the message names each field',
  ],
  PasswordNotLoaded: ['False', 'the reason stands in PasswordLoaded'],
  HealthCheckFailed: ['False', 'the reason stands in Healthy'],
  Disabled: ['False', '`spec.disabled` is true'],
};

/** Without those of Healthy=False, which are those of a session. */
export const HEALTHY_MEANING: Meanings<typeof HEALTHY_REASONS> = {
  HealthCheckPassed: ['True', 'the server was reached, and took the login if there is one'],
  Pending: ['Unknown', 'not checked because the spec is invalid'],
  Disabled: ['Unknown', '`spec.disabled` is true'],
  PasswordNotLoaded: ['Unknown', 'not checked because there is no password'],
};

/** Without those of PasswordLoaded=False, which are those of a Secret. */
export const PASSWORD_LOADED_MEANING: Meanings<typeof PASSWORD_LOADED_REASONS> = {
  SecretLoaded: ['True', 'the password was read'],
  NotRequired: ['True', 'the provider has no user name'],
  Pending: ['Unknown', 'not looked for because the spec is invalid'],
  Disabled: ['Unknown', '`spec.disabled` is true'],
};

export const DEFAULT_MEANING: Meanings<typeof DEFAULT_REASONS> = {
  Elected: ['True', 'the provider is used where none is named'],
  DefaultConflict: ['False', 'another one is elected, which the message names'],
  Disabled: ['False', '`spec.disabled` is true'],
};
