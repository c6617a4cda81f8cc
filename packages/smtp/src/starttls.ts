import type { Target } from '@mailprovider/provider/target';
import type { Connection } from './connection.ts';
import type { EhloExtensions } from './ehlo.ts';
import { SessionFault, unwelcome } from './failure.ts';
import { secure, type TlsFacts } from './tls.ts';

/**
 * Upgrades to TLS by STARTTLS (RFC 3207) where the target's mode wants it, and says what came of it.
 *
 * `mayStayPlain` tells whether opportunistic TLS may do without when it is not offered.
 */
export async function startTls(
  connection: Connection,
  target: Target,
  offer: { readonly extensions: EhloExtensions; readonly mayStayPlain: boolean },
): Promise<TlsFacts | undefined> {
  if (!isWanted(target)) return undefined;
  if (!offer.extensions.has('STARTTLS')) {
    if (target.tlsMode === 'opportunistic' && offer.mayStayPlain) return undefined;
    throw new SessionFault('StartTlsNotOffered');
  }
  const reply = await connection.command('STARTTLS');
  if (reply.code !== 220) throw unwelcome(reply, 'StartTlsRefused');
  return secure(connection, target);
}

function isWanted({ tlsMode }: Target): boolean {
  switch (tlsMode) {
    case 'starttls':
    case 'opportunistic':
      return true;
    case 'implicit':
    case 'none':
      return false;
  }
}
