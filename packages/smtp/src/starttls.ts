import type { EffectiveTlsMode, Target } from '@mailprovider/provider/target';
import type { Connection } from './connection.ts';
import type { EhloExtensions } from './ehlo.ts';
import { SessionFault, unwelcome } from './failure.ts';
import type { SessionRecorder } from './session-recorder.ts';
import { secure } from './tls.ts';

/**
 * Whether STARTTLS is to be tried: opportunistic TLS does without it where it is not offered and no
 * password is to follow.
 */
export function wantsStartTls(
  tlsMode: EffectiveTlsMode,
  offer: { readonly extensions: EhloExtensions; readonly mayStayPlain: boolean },
): boolean {
  switch (tlsMode) {
    case 'starttls':
      return true;
    case 'opportunistic':
      return offer.extensions.has('STARTTLS') || !offer.mayStayPlain;
    case 'implicit':
    case 'none':
      return false;
  }
}

/** Upgrades to TLS by STARTTLS (RFC 3207), which must be offered. */
export async function startTls(
  connection: Connection,
  target: Target,
  extensions: EhloExtensions,
  recorder: SessionRecorder,
): Promise<void> {
  if (!extensions.has('STARTTLS')) throw new SessionFault('StartTlsNotOffered');
  const reply = await connection.command('STARTTLS');
  if (reply.code !== 220) throw unwelcome(reply, 'StartTlsRefused');
  await secure(connection, target, recorder);
}
