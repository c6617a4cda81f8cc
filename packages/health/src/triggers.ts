import { PROBE_REQUESTED_AT_ANNOTATION } from '@mailprovider/provider/identity';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import { sameValue } from '@mailprovider/provider/same-value';

/**
 * Whether both are the same spec of the same object, whatever else differs. The generation alone does
 * not tell: a restored etcd counts again from where it was.
 */
export function sameGeneration(a: MailProvider, b: MailProvider): boolean {
  const [one, other] = [a.metadata, b.metadata];
  return one.uid === other.uid && one.generation === other.generation && sameValue(a.spec, b.spec);
}

/** What the last request for a probe holds; another value is another request. */
export function probeRequestOf({ metadata }: MailProvider): string | undefined {
  return metadata.annotations?.[PROBE_REQUESTED_AT_ANNOTATION];
}
