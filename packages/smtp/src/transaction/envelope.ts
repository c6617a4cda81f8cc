import { isAscii } from 'node:buffer';
import { domainToASCII } from 'node:url';
import type { ServerOffer } from './server-offer.ts';
import type { RecipientResult, Transaction } from './transaction.ts';

/** What is said before DATA. */
export interface Envelope {
  /** The MAIL command, with its CRLF. */
  readonly mail: string;
  /** For each recipient the RCPT command, with its CRLF, or what is known without asking the server. */
  readonly recipients: readonly (string | RecipientResult)[];
}

/** White space, control characters, halves of surrogate pairs, and what would end a path. */
const NOT_IN_A_PATH = /[\s\p{Cc}\p{Cs}<>]/u;
const CR = 0x0d;
const LF = 0x0a;
const BEYOND_ASCII = /[^ -~]/;
/** `domainToASCII` reads a URL's authority, and drops what follows the host in it. */
const NOT_IN_A_DOMAIN = /[/?#:%@\\[\]]/;
/** RFC 3461 section 4.4: printable, and 100 characters at most once encoded. */
const ENVELOPE_ID = /^[!-~]{1,100}$/;

/**
 * Writes the commands of a transaction, with the parameters that the server's offer allows and the
 * content needs. Throws a `TypeError` for what may not stand in a command, before anything is sent.
 */
export function envelopeOf(transaction: Transaction, server: ServerOffer): Envelope {
  requireSafe(transaction);
  const content = measure(transaction.content);
  // The final dot would not stand on a line of its own, and the server would wait for another.
  if (!content.endsInLineBreak) throw new TypeError('content must end in CRLF');
  const refused = refusedBeforehand(transaction, content, server);
  if (refused !== undefined) {
    return { mail: '', recipients: transaction.recipients.map(() => refused) };
  }
  const envelopeId = server.dsn ? transaction.envelopeId : undefined;
  const notify = envelopeId === undefined ? '' : ' NOTIFY=FAILURE';
  const recipients = transaction.recipients.map((path) => rcpt(path, notify, server));
  const parameters = [
    server.size ? ` SIZE=${content.bytes}` : '',
    content.sevenBit ? '' : ' BODY=8BITMIME',
    transaction.smtpUtf8 || recipients.some(isInternational) ? ' SMTPUTF8' : '',
    envelopeId === undefined ? '' : ` RET=HDRS ENVID=${xtext(envelopeId)}`,
  ];
  return { mail: `MAIL FROM:<${transaction.from}>${parameters.join('')}\r\n`, recipients };
}

function requireSafe({ from, recipients, envelopeId }: Transaction): void {
  if (NOT_IN_A_PATH.test(from) || BEYOND_ASCII.test(from)) {
    throw new TypeError('from must be ASCII without spaces, control characters, "<" and ">"');
  }
  if (recipients.length === 0) throw new TypeError('recipients must name at least one');
  for (const [i, path] of recipients.entries()) {
    if (path !== '' && !NOT_IN_A_PATH.test(path)) continue;
    throw new TypeError(
      `recipients[${i}] must not be empty, nor have spaces, control characters, "<" or ">"`,
    );
  }
  if (
    envelopeId !== undefined &&
    !(ENVELOPE_ID.test(envelopeId) && xtext(envelopeId).length <= 100)
  ) {
    throw new TypeError('envelopeId must be 1 to 100 printable ASCII characters');
  }
}

interface Measured {
  readonly bytes: number;
  readonly sevenBit: boolean;
  readonly endsInLineBreak: boolean;
}

function measure(content: readonly Uint8Array[]): Measured {
  let bytes = 0;
  let sevenBit = true;
  let beforeLast: number | undefined;
  let last: number | undefined;
  for (const piece of content) {
    if (piece.length === 0) continue;
    bytes += piece.length;
    sevenBit &&= isAscii(piece);
    beforeLast = piece.length > 1 ? piece.at(-2) : last;
    last = piece.at(-1);
  }
  return { bytes, sevenBit, endsInLineBreak: bytes === 0 || (beforeLast === CR && last === LF) };
}

function refusedBeforehand(
  { smtpUtf8 }: Transaction,
  { bytes, sevenBit }: Measured,
  server: ServerOffer,
): RecipientResult | undefined {
  const rejected = { outcome: 'rejected', stage: 'mail' } as const;
  if (bytes > server.maxBytes) return { ...rejected, reason: 'MessageTooLarge' };
  if (smtpUtf8 && !server.smtpUtf8) return { ...rejected, reason: 'SmtpUtf8NotOffered' };
  if (!sevenBit && !server.eightBitMime) return { ...rejected, reason: 'MessageRejected' };
  return undefined;
}

function rcpt(path: string, notify: string, server: ServerOffer): string | RecipientResult {
  const written = BEYOND_ASCII.test(path) ? withAsciiDomain(path) : path;
  const rejected = { outcome: 'rejected', stage: 'rcpt' } as const;
  if (written === undefined) return { ...rejected, reason: 'RecipientRejected' };
  if (BEYOND_ASCII.test(written) && !server.smtpUtf8) {
    return { ...rejected, reason: 'SmtpUtf8NotOffered' };
  }
  return `RCPT TO:<${written}>${notify}\r\n`;
}

/** The path with its domain as A-labels (RFC 5890), which every server knows; nothing if it has none. */
function withAsciiDomain(path: string): string | undefined {
  const at = path.lastIndexOf('@') + 1;
  const domain = path.slice(at);
  if (at === 0 || !BEYOND_ASCII.test(domain)) return path;
  const ascii = NOT_IN_A_DOMAIN.test(domain) ? '' : domainToASCII(domain);
  return ascii === '' ? undefined : `${path.slice(0, at)}${ascii}`;
}

function isInternational(recipient: string | RecipientResult): boolean {
  return typeof recipient === 'string' && BEYOND_ASCII.test(recipient.slice(0, -2));
}

/** RFC 3461 section 4. */
function xtext(text: string): string {
  return text.replace(/[+=]/g, (sign) => (sign === '+' ? '+2B' : '+3D'));
}
