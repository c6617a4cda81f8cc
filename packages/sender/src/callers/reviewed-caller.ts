import type { Access, Subject } from '@mailprovider/kube';
import type { Clock, Logger } from '@mailprovider/process';
import { GROUP, PLURAL } from '@mailprovider/provider/identity';
import type { Caller, MailVerb, Right } from './caller.ts';
import { type Decision, DecisionCache } from './decision-cache.ts';

/** How long a right that was taken away still counts. */
export const ALLOWED_MS = 10_000;
/** How long a right that was given does not count yet. */
export const DENIED_MS = 5_000;
/** So that an API server that comes back is not asked by everybody at once. */
export const UNKNOWN_MS = 1_000;
/** More providers than a cluster has. */
const KEPT_RIGHTS = 1_000;

/** Mails are no objects of the API server; rights to them are given as to a subresource. */
const MAILS = { group: GROUP, resource: PLURAL, subresource: 'mails' } as const;

export interface RightsDeps {
  mayAccess(subject: Subject, access: Access): Promise<boolean>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** A caller whose rights are those that RBAC gives it; what the API server said counts for seconds. */
export class ReviewedCaller implements Caller {
  readonly #subject: Subject;
  readonly #deps: RightsDeps;
  readonly #rights: DecisionCache<Right>;

  constructor(subject: Subject, deps: RightsDeps) {
    this.#subject = subject;
    this.#deps = deps;
    this.#rights = new DecisionCache(deps.clock, KEPT_RIGHTS);
  }

  get username(): string {
    return this.#subject.username;
  }

  mayUse(provider: string): Promise<Right> {
    return this.#right({ ...MAILS, verb: 'create', name: provider });
  }

  mayHandleAll(verb: MailVerb): Promise<Right> {
    return this.#right({ ...MAILS, verb });
  }

  #right(access: Access): Promise<Right> {
    const key = `${access.verb} ${access.name ?? ''}`;
    return this.#rights.get(key, () => this.#review(access));
  }

  async #review(access: Access): Promise<Decision<Right>> {
    try {
      const granted = await this.#deps.mayAccess(this.#subject, access);
      if (granted) return { value: 'allowed', granted, keepMs: ALLOWED_MS };
      return { value: 'denied', granted, keepMs: DENIED_MS };
    } catch (err) {
      this.#deps.logger.warn({ err }, 'the rights of a caller could not be found out');
      return { value: 'unknown', granted: false, keepMs: UNKNOWN_MS };
    }
  }
}
