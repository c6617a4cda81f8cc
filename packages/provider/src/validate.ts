import type { FieldError } from './field-error.ts';
import { type Fields, fieldsAt } from './fields.ts';
import { type MailProviderSpec, specSchema } from './schema.ts';
import { fieldErrorsOf } from './schema-issues.ts';

export type SpecResult =
  | { readonly valid: true; readonly spec: MailProviderSpec }
  | { readonly valid: false; readonly errors: readonly FieldError[] };

const SMTP = 'spec.smtp';

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function pairingErrors(smtp: Fields): FieldError[] {
  const username = isSet(smtp['username']);
  const passwordRef = isSet(smtp['passwordRef']);
  if (username && !passwordRef) {
    const detail = 'passwordRef must be specified when username is provided';
    const because = [`${SMTP}.username`];
    return [{ kind: 'required', path: `${SMTP}.passwordRef`, detail, because }];
  }
  if (passwordRef && !username) {
    const detail = 'username must be specified when passwordRef is provided';
    const because = [`${SMTP}.passwordRef`];
    return [{ kind: 'required', path: `${SMTP}.username`, detail, because }];
  }
  return [];
}

function tlsModeErrors(smtp: Fields): FieldError[] {
  const mode = smtp['tlsMode'];
  const contradicts = mode === 'implicit' || mode === 'starttls' || mode === 'opportunistic';
  if (smtp['disableTLS'] !== true || !contradicts) return [];
  return [
    {
      kind: 'invalid',
      path: `${SMTP}.tlsMode`,
      value: mode,
      detail: 'must be "auto" or "none" when disableTLS is true',
    },
  ];
}

/** Parses again, with the values that messages show: to keep them costs a valid spec double the time. */
function schemaErrors(spec: unknown): FieldError[] {
  const { error } = specSchema.safeParse(spec, { reportInput: true });
  return error === undefined ? [] : fieldErrorsOf('spec', error.issues);
}

/**
 * Checks a spec against every rule that one object alone decides and fills in its defaults.
 *
 * Never throws, whatever `spec` is; all errors are found at once, each with its exact path.
 */
export function validateSpec(spec: unknown): SpecResult {
  const parsed = specSchema.safeParse(spec);
  const smtp = fieldsAt(spec, 'smtp');
  const errors = [
    ...(parsed.success ? [] : schemaErrors(spec)),
    ...pairingErrors(smtp),
    ...tlsModeErrors(smtp),
  ];
  if (parsed.success && errors.length === 0) return { valid: true, spec: parsed.data };
  return { valid: false, errors };
}
