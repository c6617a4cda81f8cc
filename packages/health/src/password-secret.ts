import { fieldsAt } from '@mailprovider/provider/fields';
import type { MailProvider } from '@mailprovider/provider/mail-provider';

/** The name of the Secret that a stored provider references; its spec may be anything. */
export function passwordSecretOf({ spec }: MailProvider): string | undefined {
  const { name } = fieldsAt(fieldsAt(spec, 'smtp'), 'passwordRef');
  return typeof name === 'string' ? name : undefined;
}
