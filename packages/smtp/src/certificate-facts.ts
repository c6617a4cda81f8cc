import type { PeerCertificate } from 'node:tls';

/**
 * What a server's certificate says of itself.
 *
 * The texts are the server's own words: one line each, without control characters, cut to a length
 * that can be shown.
 */
export interface CertificateFacts {
  /** Such as `C=DE, O=Example, CN=mail.example`; 256 characters at most. */
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and IP addresses of the subject alternative name, the first 100. */
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the certificate, in upper case hexadecimal bytes separated by colons. */
  readonly fingerprint256: string;
}

const MAX_NAME_LENGTH = 256;
const MAX_NAMES = 100;

/** Control, format, unassigned and surrogate characters, line and paragraph separators. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
/** One entry of Node's text form: a type, then a value that is a JSON string where it holds a comma or quote. */
const ALTERNATIVE_NAME = /([^:,]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/gy;
const NAME_TYPES: ReadonlySet<string | undefined> = new Set(['DNS', 'IP Address']);

/** The facts of a certificate, or nothing where there is none or its dates cannot be read. */
export function certificateFacts(certificate: PeerCertificate): CertificateFacts | undefined {
  // Node's type does not say so, but without a certificate this is an empty object.
  const {
    subject,
    issuer,
    subjectaltname,
    valid_from,
    valid_to,
    fingerprint256,
  }: Partial<PeerCertificate> = certificate;
  if (fingerprint256 === undefined || valid_from === undefined || valid_to === undefined) {
    return undefined;
  }
  const notBefore = new Date(valid_from);
  const notAfter = new Date(valid_to);
  if (Number.isNaN(notBefore.getTime()) || Number.isNaN(notAfter.getTime())) return undefined;
  return {
    // Most sessions are asked for nothing but the dates.
    get subject() {
      return distinguishedName(subject);
    },
    get issuer() {
      return distinguishedName(issuer);
    },
    get names() {
      return alternativeNames(subjectaltname);
    },
    notBefore,
    notAfter,
    fingerprint256,
  };
}

function distinguishedName(attributes: object | undefined): string {
  const parts = Object.entries(attributes ?? {}).flatMap(([type, value]: [string, unknown]) =>
    [value].flat().map((single) => `${type}=${String(single)}`),
  );
  return printable(parts.join(', '));
}

function alternativeNames(text = ''): readonly string[] {
  const names: string[] = [];
  for (const [, type, value = ''] of text.matchAll(ALTERNATIVE_NAME)) {
    if (NAME_TYPES.has(type)) names.push(printable(unquoted(value)));
    if (names.length === MAX_NAMES) break;
  }
  return names;
}

function unquoted(value: string): string {
  try {
    const text: unknown = value.startsWith('"') ? JSON.parse(value) : value;
    return typeof text === 'string' ? text : value;
  } catch {
    return value;
  }
}

function printable(text: string): string {
  return text.slice(0, MAX_NAME_LENGTH).replace(UNPRINTABLE, '');
}
