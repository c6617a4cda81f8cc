import { setImmediate } from 'node:timers/promises';
import type { Caller, MailVerb } from '../callers/caller.ts';
import type { MailRecord, MailState } from '../mail/mail-record.ts';
import type { Sender } from '../sender.ts';
import type { MailPage } from '../store/mail-store.ts';
import type { Problem } from './problem.ts';
import { REFUSAL_ANSWERS } from './refusal-problem.ts';
import { isMailId } from './request-schemas.ts';

/** After so many mails others have their turn. */
const STORE_PAGE = 500;
/** So that one request looks at 2,000 mails at most. */
const STORE_PAGES = 4;

export const MAIL_NOT_FOUND: Problem = {
  status: 404,
  reason: 'MailNotFound',
  detail: 'no mail has this id, or it ended so long ago that it was removed',
};

export const RIGHTS_UNKNOWN: Problem = {
  ...REFUSAL_ANSWERS.AuthorizationUnavailable,
  reason: 'AuthorizationUnavailable',
  detail: 'your rights could not be found out, as the API server does not answer; try again',
};

export type Finding =
  | { readonly kind: 'found'; readonly mail: MailRecord }
  | { readonly kind: 'problem'; readonly problem: Problem };

export type Listing =
  | { readonly kind: 'page'; readonly page: MailPage }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Whether a mail is the caller's to see and change. */
export function isOwn(mail: MailRecord | undefined, caller: Caller | undefined): boolean {
  return mail !== undefined && (caller === undefined || mail.caller === caller.username);
}

function problem(problem: Problem): { readonly kind: 'problem'; readonly problem: Problem } {
  return { kind: 'problem', problem };
}

function rightToAll(caller: Caller | undefined, verb: MailVerb) {
  return caller === undefined ? 'allowed' : caller.mayHandleAll(verb);
}

/** A mail that the caller may see; that of another is answered as one that is not there. */
export async function findVisible(
  sender: Pick<Sender, 'find'>,
  caller: Caller | undefined,
  id: string,
): Promise<Finding> {
  const mail = isMailId(id) ? await sender.find(id) : undefined;
  if (mail !== undefined && isOwn(mail, caller)) return { kind: 'found', mail };
  // Also where there is no mail, or the answer would tell whether there is.
  const right = await rightToAll(caller, 'list');
  if (right === 'unknown') return problem(RIGHTS_UNKNOWN);
  if (mail === undefined || right === 'denied') return problem(MAIL_NOT_FOUND);
  return { kind: 'found', mail };
}

function pageAfter(after: string | undefined, limit: number) {
  return after === undefined ? { limit } : { after, limit };
}

/** Looks through a bounded number of mails, so that a page may have less than there is room for. */
async function listOwn(
  sender: Pick<Sender, 'list'>,
  caller: Caller,
  state: MailState,
  page: { readonly after?: string; readonly limit: number },
): Promise<MailPage> {
  const { limit } = page;
  const own: MailRecord[] = [];
  let { after } = page;
  for (let pages = 0; pages < STORE_PAGES; pages += 1) {
    const { mails, next } = await sender.list(state, pageAfter(after, STORE_PAGE));
    own.push(...mails.filter((mail) => isOwn(mail, caller)));
    const last = own[limit - 1];
    if (last !== undefined) {
      const isLast = own.length === limit && next === undefined;
      return { mails: own.slice(0, limit), ...(isLast ? {} : { next: last.id }) };
    }
    if (next === undefined) return { mails: own };
    after = next;
    await setImmediate();
  }
  return { mails: own, ...(after === undefined ? {} : { next: after }) };
}

/** A page of the mails that the caller may see: its own, or with the right to list them those of all. */
export async function listVisible(
  sender: Pick<Sender, 'list'>,
  caller: Caller | undefined,
  state: MailState,
  page: { readonly after?: string; readonly limit: number },
): Promise<Listing> {
  const right = await rightToAll(caller, 'list');
  if (right === 'unknown') return problem(RIGHTS_UNKNOWN);
  const mails =
    caller === undefined || right === 'allowed'
      ? await sender.list(state, page)
      : await listOwn(sender, caller, state, page);
  return { kind: 'page', page: mails };
}
