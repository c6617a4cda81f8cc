import { hash } from 'node:crypto';

/** 48 bits: of a million addresses two are hardly ever the same. */
const LENGTH = 12;

/**
 * What a log shows in place of an address: who knows the address finds its lines, and nobody reads it
 * there. It is no secret from someone who has a list of addresses to try.
 */
export function recipientHash(address: string): string {
  return hash('sha256', address.toLowerCase(), 'hex').slice(0, LENGTH);
}
