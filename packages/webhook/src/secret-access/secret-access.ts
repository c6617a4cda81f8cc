import type { Access, Subject } from '@mailprovider/kube';
import type { FieldError } from '@mailprovider/provider/field-error';
import { secretSentBy } from '@mailprovider/provider/secret-access';

export interface SecretAccessDeps {
  readonly credentialsNamespace: string;
  mayAccess(subject: Subject, access: Access): Promise<boolean>;
  /** Told why the API server could not be asked; the denial says only that it could not. */
  failed(error: unknown): void;
}

const PATH = 'spec.smtp.passwordRef';

/**
 * The error of a write that sends a password somewhere new, in the name of a user who may not read
 * that Secret: the prober would do for such a user what the API server does not.
 */
export async function secretAccessError(
  write: { readonly spec: unknown; readonly oldSpec: unknown },
  user: Subject,
  deps: SecretAccessDeps,
): Promise<FieldError | undefined> {
  const name = secretSentBy(write.spec, write.oldSpec);
  if (name === undefined) return undefined;
  const namespace = deps.credentialsNamespace;
  try {
    const access = { verb: 'get', resource: 'secrets', namespace, name };
    if (await deps.mayAccess(user, access)) return undefined;
  } catch (error) {
    deps.failed(error);
    const detail = 'whether you may read the Secret could not be found out; try again';
    return { kind: 'forbidden', path: PATH, detail };
  }
  const detail = `to reference Secret "${namespace}/${name}", or to change where its password is sent, you must be allowed to get it`;
  return { kind: 'forbidden', path: PATH, detail };
}
