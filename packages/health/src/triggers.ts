import { fieldsAt } from '@mailprovider/provider/fields';
import { PROBE_REQUESTED_AT_ANNOTATION } from '@mailprovider/provider/identity';
import type { MailProvider } from '@mailprovider/provider/mail-provider';

/** Whether both are the same spec of the same object, whatever else differs. */
export function sameGeneration(a: MailProvider, b: MailProvider): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.generation === b.metadata.generation;
}

/** The name of the Secret that a stored provider references; its spec may be anything. */
export function passwordSecretOf({ spec }: MailProvider): string | undefined {
  const { name } = fieldsAt(fieldsAt(spec, 'smtp'), 'passwordRef');
  return typeof name === 'string' ? name : undefined;
}

/** What the last request for a probe holds; another value is another request. */
export function probeRequestOf({ metadata }: MailProvider): string | undefined {
  return metadata.annotations?.[PROBE_REQUESTED_AT_ANNOTATION];
}
