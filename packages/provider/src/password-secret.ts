import { fieldsAt } from './fields.ts';
import type { MailProvider } from './mail-provider.ts';

/** The name of the Secret that a stored provider references; its spec may be anything. */
export function passwordSecretOf({ spec }: MailProvider): string | undefined {
  const { name } = fieldsAt(fieldsAt(spec, 'smtp'), 'passwordRef');
  return typeof name === 'string' ? name : undefined;
}
