/** What became of a request to be the default provider. */
export type DefaultClaim = 'taken' | 'refused';

interface VerdictDetails {
  /** Told to whoever writes, allowed or not. */
  readonly warnings?: readonly string[];
  /** Told to the audit log. */
  readonly defaultClaim?: DefaultClaim | undefined;
}

/** What validation says of one request. It cannot carry a patch: only mutation has one. */
export type Verdict =
  | ({ readonly allowed: true } & VerdictDetails)
  | ({ readonly allowed: false; readonly message: string } & VerdictDetails);

export function allowed(warnings: readonly string[] = [], defaultClaim?: DefaultClaim): Verdict {
  return { allowed: true, warnings, defaultClaim };
}

export function denied(message: string, details: VerdictDetails = {}): Verdict {
  return { allowed: false, message, ...details };
}
