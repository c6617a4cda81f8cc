import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import type { AttemptFailure } from '../mail/attempt-result.ts';

/** No session with the server of a provider can be had for now. */
export class NoSession extends Error {
  override readonly name = 'NoSession';
  readonly failure: AttemptFailure;
  /** The record of a login that just failed. */
  readonly suspension: AuthSuspension | undefined;

  constructor(failure: AttemptFailure, suspension?: AuthSuspension) {
    super(`no session: ${failure.reason}`);
    this.failure = failure;
    this.suspension = suspension;
  }
}
