import { domainToASCII, domainToUnicode } from 'node:url';
import { fitsOctets, isOneLine, NOT_ONE_LINE } from './line-text.ts';

/** RFC 5321 section 4.5.3.1.1. */
const MAX_LOCAL_OCTETS = 64;
/** A path has 256 octets with its angle brackets (RFC 5321 section 4.5.3.1.3). */
const MAX_ADDRESS_OCTETS = 254;
/** Dot-string of RFC 5321 section 4.1.2, with what RFC 6531 section 3.3 adds but no spaces. */
const LOCAL_PART = /^[^\p{Cc}\p{Z}"(),.:;<>@[\\\]]+(?:\.[^\p{Cc}\p{Z}"(),.:;<>@[\\\]]+)*$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
/** What may stand in a domain as it is written; `domainToASCII` would read `/`, `:` or `?` as parts of a URL. */
const DOMAIN_CHARACTERS = /^[^\p{Cc}\p{Z}!-,/:-@[-`{-~]+$/u;
const ASCII = /^\p{ASCII}*$/u;

const FORM = 'must be an address such as "user@example.com"';

/** The domain with its labels in ASCII (RFC 5890), or nothing if it is none. */
function asciiDomain(domain: string): string | undefined {
  if (!DOMAIN_CHARACTERS.test(domain)) return undefined;
  if (ASCII.test(domain)) {
    const lower = domain.toLowerCase();
    return lower.includes('xn--') && domainToASCII(lower) === '' ? undefined : lower;
  }
  const ascii = domainToASCII(domain);
  // What IDNA would map (other dots, capitals, soft hyphens) would be another domain to who does not.
  const written = domain.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return domainToUnicode(ascii) === written ? ascii : undefined;
}

function domainProblem(domain: string): string | undefined {
  const ascii = asciiDomain(domain);
  const labels = ascii?.split('.') ?? [];
  if (ascii === undefined || ascii.length > 253 || !labels.every((label) => LABEL.test(label))) {
    return 'must have a domain name after the @, such as "example.com", in lower case beyond ASCII';
  }
  if (/^\d+$/.test(labels.at(-1) ?? '')) {
    return 'must have a domain name after the @; an IP address does not work there';
  }
  return undefined;
}

function namedMistake(address: string): string | undefined {
  if (/[<>]/.test(address)) {
    return `${FORM}; write a name and an address as {"name": …, "address": …}`;
  }
  if (/[,;]/.test(address)) return 'must be one address; write several as a list';
  return undefined;
}

/**
 * Says why an address cannot be used, or nothing when it can.
 *
 * Accepts the dot-string form of RFC 5321 with the characters that RFC 6531 adds, and domain names,
 * internationalised ones too; no quoted local parts and no address literals, which hardly a
 * mailbox has and which readers disagree about.
 */
export function addressProblem(address: string): string | undefined {
  if (!isOneLine(address)) return NOT_ONE_LINE;
  if (!fitsOctets(address, MAX_ADDRESS_OCTETS)) {
    return `must have at most ${MAX_ADDRESS_OCTETS} octets in UTF-8`;
  }
  const mistake = namedMistake(address);
  if (mistake !== undefined) return mistake;
  const at = address.lastIndexOf('@');
  if (at < 1) return FORM;
  const local = address.slice(0, at);
  if (!fitsOctets(local, MAX_LOCAL_OCTETS)) {
    return `must have at most ${MAX_LOCAL_OCTETS} octets in UTF-8 before the @`;
  }
  if (!LOCAL_PART.test(local)) return `${FORM}, without spaces, quotes and further @ before the @`;
  return domainProblem(address.slice(at + 1));
}

/** The domain as receivers compare it, whatever the spelling; of an address without problems. */
export function comparableAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  const ascii = ASCII.test(domain) ? domain.toLowerCase() : domainToASCII(domain);
  return `${address.slice(0, at)}@${ascii}`;
}
