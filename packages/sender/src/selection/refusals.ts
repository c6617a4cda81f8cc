import { API_VERSION } from '@mailprovider/provider/identity';
import type { ReferenceLookup } from '../ports.ts';
import { type Refused, refused } from '../refusals.ts';
import { type ProviderName, printedReference, type Reference } from './reference.ts';

/** Moving the default takes two writes, and nobody is the default between them. */
const NO_DEFAULT_RETRY_SECONDS = 5;
/** About what an API server takes to restart. */
const UNAVAILABLE_RETRY_SECONDS = 5;

function named({ name, by }: ProviderName): string {
  const whose = by === undefined ? '' : `, which ${printedReference(by)} names,`;
  return `MailProvider "${name}"${whose}`;
}

function nameAnother({ by }: ProviderName): string {
  return by === undefined ? 'name another' : 'change spec.mailProvider there';
}

export function providerNotFound(provider: ProviderName): Refused {
  const message = `${named(provider)} does not exist; create it or ${nameAnother(provider)}`;
  return refused('ProviderNotFound', message);
}

export function providerDeleted(provider: ProviderName): Refused {
  return refused(
    'ProviderNotFound',
    `${named(provider)} is being deleted; ${nameAnother(provider)}`,
  );
}

export function providerDisabled(provider: ProviderName): Refused {
  const message = `${named(provider)} is disabled; set spec.disabled: false or ${nameAnother(provider)}`;
  return refused('ProviderDisabled', message);
}

/** `faults` are the field errors of its spec in one line. */
export function providerInvalid(provider: ProviderName, faults: string): Refused {
  return refused('ProviderInvalid', `${named(provider)} cannot be used: ${faults}`);
}

export function noDefaultProvider(): Refused {
  const message =
    'no provider was named and no enabled MailProvider is the default; set spec.default: true on one, or name one';
  return refused('NoDefaultProvider', message, NO_DEFAULT_RETRY_SECONDS);
}

export function referenceNotFound(
  reference: Reference,
  why: Extract<ReferenceLookup, { found: false }>['why'],
): Refused {
  const { kind, field } = reference;
  const printed = printedReference(reference);
  switch (why) {
    case 'no-such-object':
      return refused(
        'ReferenceNotFound',
        `${printed} does not exist; create it or leave ${field} out`,
      );
    case 'no-such-kind':
      return refused(
        'ReferenceNotFound',
        `${printed} does not exist: the cluster has no ${kind} of ${API_VERSION}; install it or leave ${field} out`,
      );
    case 'ambiguous':
      return refused(
        'ReferenceAmbiguous',
        `${printed} exists in several namespaces; write ${field} as namespace/name`,
      );
  }
}

export function referenceMalformed(reference: Reference): Refused {
  const message = `${printedReference(reference)} does not exist; write ${reference.field} as name or namespace/name`;
  return refused('ReferenceNotFound', message);
}

/** `why` is what the lookup rejected with. */
export function referenceUnavailable(reference: Reference, why: unknown): Refused {
  const cause = why instanceof Error ? why.message : 'no answer';
  const message = `${printedReference(reference)} could not be read (${cause}); try again`;
  return refused('ReferenceUnavailable', message, UNAVAILABLE_RETRY_SECONDS);
}
