import { isIP } from 'node:net';
import type { Connection } from './connection.ts';
import { unwelcome } from './failure.ts';

/** What the server offers: EHLO keywords in capitals, each with its parameters as sent. */
export type EhloExtensions = ReadonlyMap<string, readonly string[]>;

const NO_EXTENSIONS: EhloExtensions = new Map();
const IPV4_MAPPED = /^::ffff:(?=\d+\.)/i;
/** "Command not known or not implemented": what a server that only speaks HELO says (RFC 5321 section 3.2). */
const EHLO_UNKNOWN: ReadonlySet<number> = new Set([500, 501, 502, 504]);

/** Waits for the greeting that opens every session. */
export async function readGreeting(connection: Connection): Promise<void> {
  const reply = await connection.readReply();
  if (reply.code !== 220) throw unwelcome(reply, 'GreetingRejected');
}

/** Introduces the client by EHLO, or by HELO where that is enough, and learns what the server offers. */
export async function sayHello(
  connection: Connection,
  options: { readonly ehloName: string | undefined; readonly heloSuffices: boolean },
): Promise<EhloExtensions> {
  const name = nameToSay(options.ehloName ?? connection.localAddress ?? '127.0.0.1');
  const reply = await connection.command(`EHLO ${name}`);
  if (reply.code === 250) {
    connection.requireQuiet();
    return parseExtensions(reply.lines);
  }
  if (!options.heloSuffices || !EHLO_UNKNOWN.has(reply.code))
    throw unwelcome(reply, 'EhloRejected');
  const heloReply = await connection.command(`HELO ${name}`);
  if (heloReply.code !== 250) throw unwelcome(heloReply, 'EhloRejected');
  connection.requireQuiet();
  return NO_EXTENSIONS;
}

/** Writes a host name as a domain, without its final dot, and an address as a literal (RFC 5321 section 4.1.3). */
export function nameToSay(nameOrAddress: string): string {
  const [name = ''] = nameOrAddress.replace(IPV4_MAPPED, '').split('%');
  switch (isIP(name)) {
    case 4:
      return `[${name}]`;
    case 6:
      return `[IPv6:${name}]`;
    default:
      return name.replace(/\.$/, '');
  }
}

/** Reads the lines of an EHLO reply after the first, which is the server's name (RFC 5321 section 4.1.1.1). */
export function parseExtensions(lines: readonly string[]): EhloExtensions {
  const extensions = new Map<string, string[]>();
  for (const line of lines.slice(1)) {
    // Some servers write `AUTH=PLAIN LOGIN` as well, for clients older than RFC 2554.
    const [keyword = '', ...parameters] = line
      .replace(/^AUTH=/i, 'AUTH ')
      .trim()
      .split(/\s+/);
    const name = keyword.toUpperCase();
    if (name === '') continue;
    // A copy for each line would cost a hostile server's 4,000 lines of one keyword 0.3 s.
    const known = extensions.get(name);
    if (known === undefined) extensions.set(name, parameters);
    else known.push(...parameters);
  }
  return extensions;
}
