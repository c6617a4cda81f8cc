import { fallbacksOf } from '@mailprovider/provider/fallbacks/fallbacks-of';
import { routeOf } from '@mailprovider/provider/fallbacks/route-of';
import type { Caller } from '../callers/caller.ts';
import { mayUseAll } from '../callers/may-use-all.ts';
import type { MailRecord } from '../mail/mail-record.ts';
import type { ProviderSource } from '../ports.ts';
import type { Sender } from '../sender.ts';
import type { Problem } from './problem.ts';
import { isMailId } from './request-schemas.ts';
import { findVisible, isOwn, MAIL_NOT_FOUND, RIGHTS_UNKNOWN } from './visible-mails.ts';

const MAY_NOT_CHANGE: Problem = {
  status: 403,
  reason: 'Forbidden',
  detail: 'to change the mail of another caller you need the right to update mailproviders/mails',
};

function mayNotUse(provider: string): Problem {
  const detail = `to queue the mail anew you need the right to create mailproviders/mails of MailProvider "${provider}"`;
  return { status: 403, reason: 'ProviderForbidden', detail };
}

/** How a mail may be changed. */
export type MailChange = 'cancel' | 'retry';

/** What the rights of callers depend on. */
export interface ChangeRightsDeps {
  readonly sender: Pick<Sender, 'find'>;
  /** Whose fallbacks a mail may come to. */
  readonly providers: Pick<ProviderSource, 'get'>;
}

/** To queue a mail anew is to use its provider, and the fallbacks that has by now, anew. */
async function whyUnusable(
  caller: Caller,
  { origin, provider }: MailRecord,
  providers: ChangeRightsDeps['providers'],
): Promise<Problem | undefined> {
  const route = routeOf(origin ?? provider, (name) => fallbacksOf(providers.get(name)?.spec));
  const permission = await mayUseAll(caller, route);
  switch (permission.kind) {
    case 'allowed':
      return undefined;
    case 'denied':
      return mayNotUse(permission.provider);
    case 'unknown':
      return RIGHTS_UNKNOWN;
  }
}

/** Why the caller may not change a mail, which may be gone by then; nothing if it may. */
export async function whyUnchangeable(
  { sender, providers }: ChangeRightsDeps,
  caller: Caller | undefined,
  id: string,
  change: MailChange,
): Promise<Problem | undefined> {
  if (caller === undefined) return isMailId(id) ? undefined : MAIL_NOT_FOUND;
  const finding = await findVisible(sender, caller, id);
  if (finding.kind === 'problem') return finding.problem;
  const { mail } = finding;
  const right = isOwn(mail, caller) ? 'allowed' : await caller.mayHandleAll('update');
  switch (right) {
    case 'allowed':
      return change === 'retry' ? whyUnusable(caller, mail, providers) : undefined;
    case 'denied':
      return MAY_NOT_CHANGE;
    case 'unknown':
      return RIGHTS_UNKNOWN;
  }
}
