import type { Refusal, SubmitResult } from './sender.ts';

/** A mail that is not accepted. */
export type Refused = Extract<SubmitResult, { kind: 'refused' }>;

/** What passes by itself is worth trying again after so long. */
const SOON_SECONDS = 1;
/** What someone has to notice first. */
const LATER_SECONDS = 10;

/** Says why, and when it is worth trying again, if ever without a change. */
export function refused(refusal: Refusal, message: string, retryAfterSeconds?: number): Refused {
  const again = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return { kind: 'refused', refusal, message, ...again };
}

export function queueFull(provider: string, queueSize: number): Refused {
  const message = `MailProvider "${provider}" has ${queueSize} mails that wait to be delivered, as many as its spec.retry.queueSize allows; try again later`;
  return refused('QueueFull', message, SOON_SECONDS);
}

/** `provider` is the one that was selected, or the one among its fallbacks that the caller may not use. */
export function providerForbidden(selected: string, provider: string): Refused {
  const which =
    provider === selected
      ? `MailProvider "${provider}"`
      : `MailProvider "${provider}", a fallback of "${selected}"`;
  const message = `you may not send by ${which}; have verb "create" on resource "mailproviders/mails" of that name granted to you, or name another provider`;
  return refused('ProviderForbidden', message);
}

/** `why` may be told to callers. */
export function authorizationUnavailable(why: string): Refused {
  const message = `whether you may send by this provider could not be found out (${why}); try again`;
  return refused('AuthorizationUnavailable', message, SOON_SECONDS);
}

export function storeUnavailable(): Refused {
  const message = 'the mail could not be stored, so it is not accepted; try again later';
  return refused('StoreUnavailable', message, LATER_SECONDS);
}

export function shuttingDown(): Refused {
  return refused('ShuttingDown', 'the sender is being stopped; try again', SOON_SECONDS);
}

export function keyReused(): Refused {
  const message =
    'the Idempotency-Key was used for another mail; use a new key for each mail, and the same only to repeat it';
  return refused('IdempotencyKeyReused', message);
}
