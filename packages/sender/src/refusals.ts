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

export function storeUnavailable(): Refused {
  const message = 'the mail could not be stored, so it is not accepted; try again later';
  return refused('StoreUnavailable', message, LATER_SECONDS);
}

/** `missing` is the one of the route from `provider` that the caller may not use. */
export function providerForbidden(provider: string, missing: string): Refused {
  const which = missing === provider ? '' : `, which is a fallback of "${provider}"`;
  const message = `you may not use MailProvider "${missing}"${which}; you need the right to create mailproviders/mails of that name`;
  return refused('ProviderForbidden', message);
}

/** `why` is told to the caller. */
export function authorizationUnavailable(why: string): Refused {
  const message = `your rights could not be found out, as ${why}; try again`;
  return refused('AuthorizationUnavailable', message, SOON_SECONDS);
}

export function shuttingDown(): Refused {
  return refused('ShuttingDown', 'the sender is being stopped; try again', SOON_SECONDS);
}

export function keyReused(): Refused {
  const message =
    'the Idempotency-Key was used for another mail; use a new key for each mail, and the same only to repeat it';
  return refused('IdempotencyKeyReused', message);
}
