import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import { isOf } from '@mailprovider/smtp/login/auth-suspension';
import type { CheckResult } from './check-result.ts';

/** The record, if it speaks of the login of this check: a status may hold that of another one. */
export function suspensionOf(
  result: CheckResult,
  record: AuthSuspension | undefined,
): AuthSuspension | undefined {
  if (record === undefined || result.kind !== 'probed' || result.login === undefined) return;
  const { login } = result;
  return login.state === 'suspended' || isOf(record, login.login) ? record : undefined;
}
