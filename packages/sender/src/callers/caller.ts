/** Whether a caller may do something. */
export type Right = 'allowed' | 'denied' | 'unknown';

/** What a caller may do with the mail of others: see it, or change it. */
export type MailVerb = 'list' | 'update';

/** A program that is known by its token. */
export interface Caller {
  /** What its mail is kept under, such as `system:serviceaccount:breakglass:controller`. */
  readonly username: string;
  /** Whether it may have mail delivered by that provider. Never rejects. */
  mayUse(provider: string): Promise<Right>;
  /** Whether it may do that with the mail of all callers. Never rejects. */
  mayHandleAll(verb: MailVerb): Promise<Right>;
}
