import { X509Certificate } from 'node:crypto';

const BEGIN = '-----BEGIN ';
const DASHES = '-----';

interface PemBlock {
  readonly label: string;
  /** From BEGIN to END; absent where there is no END. */
  readonly text: string | undefined;
}

/** Cuts a text into its PEM blocks (RFC 7468), up to the first that has no end. */
function* pemBlocks(pem: string): Generator<PemBlock> {
  let at = pem.indexOf(BEGIN);
  while (at !== -1) {
    const labelAt = at + BEGIN.length;
    const label = pem.slice(labelAt, pem.indexOf(DASHES, labelAt));
    const end = `${DASHES}END ${label}${DASHES}`;
    const endAt = pem.indexOf(end, labelAt);
    if (endAt === -1) return yield { label, text: undefined };
    const next = endAt + end.length;
    yield { label, text: pem.slice(at, next) };
    at = pem.indexOf(BEGIN, next);
  }
}

/** Text around the blocks is allowed, as a comment. */
const UNPRINTABLE = /[^\P{Cc}\t\n\r]/u;

function isCertificate(text: string): boolean {
  try {
    new X509Certificate(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Says why `pem` cannot serve as trust anchors, or nothing when every block is a certificate.
 *
 * An empty string means "not set". TLS libraries skip blocks they cannot read and then trust less
 * (or, with none left, the system's roots), so one bad block refuses the whole value.
 */
export function certificateAuthorityProblem(pem: string): string | undefined {
  if (pem === '') return undefined;
  if (!known.has(pem)) {
    const [oldest] = known.size < KNOWN_MAX ? [] : known.keys();
    if (oldest !== undefined) known.delete(oldest);
    known.set(pem, problemOf(pem));
  }
  return known.get(pem);
}

/**
 * To read a certificate costs more than all the rest of a check of a spec, and the providers of a
 * cluster trust the same few authorities. At most 16 times 256 KiB.
 */
const KNOWN_MAX = 16;
const known = new Map<string, string | undefined>();

function problemOf(pem: string): string | undefined {
  if (UNPRINTABLE.test(pem))
    return 'must not contain control characters other than line breaks and tabs';
  let count = 0;
  for (const { label, text } of pemBlocks(pem)) {
    count += 1;
    if (text === undefined) return `PEM block ${count} has no end`;
    if (label !== 'CERTIFICATE') return `PEM block ${count} is no certificate`;
    if (!isCertificate(text)) return `PEM block ${count} is not a valid X.509 certificate`;
  }
  return count === 0 ? 'must hold at least one PEM block "BEGIN CERTIFICATE"' : undefined;
}
