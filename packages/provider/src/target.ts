import type { AuthMethod, MailProviderSpec, TlsMode } from './schema.ts';

/** A TLS mode after `auto` was decided. */
export type EffectiveTlsMode = Exclude<TlsMode, 'auto'>;

/** What must be dialled, without the credentials themselves. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly tlsMode: EffectiveTlsMode;
  /** Name verified in the certificate. */
  readonly serverName: string;
  /** PEM trust anchors that replace the system's. */
  readonly certificateAuthority?: string;
  /** Whether the certificate must be valid for `serverName`. */
  readonly verifyCertificate: boolean;
  /** Host name or IP address said in EHLO; without it the address of the socket's own end. */
  readonly ehloName?: string;
  /** The one mechanism to authenticate by; without it the first that the server offers. */
  readonly authMethod?: AuthMethod;
}

/** The port that means TLS from the first byte (RFC 8314 section 7.3). */
const IMPLICIT_TLS_PORT = 465;

/** Decides `auto`; any other mode stands as it is written. */
function effectiveTlsMode(smtp: MailProviderSpec['smtp']): EffectiveTlsMode {
  if (smtp.tlsMode !== 'auto') return smtp.tlsMode;
  if (smtp.disableTLS) return 'none';
  if (smtp.port === IMPLICIT_TLS_PORT) return 'implicit';
  return smtp.username ? 'starttls' : 'opportunistic';
}

/**
 * What a session of this provider dials.
 *
 * Opportunistic TLS is verified only when the provider names something to verify against: a
 * certificate authority or a server name. Implicit and required STARTTLS always verify.
 */
export function targetOf(spec: MailProviderSpec): Target {
  const { smtp } = spec;
  const tlsMode = effectiveTlsMode(smtp);
  const anchored = Boolean(smtp.certificateAuthority) || Boolean(smtp.serverName);
  return {
    host: smtp.host,
    port: smtp.port,
    tlsMode,
    serverName: smtp.serverName || smtp.host,
    ...(smtp.certificateAuthority ? { certificateAuthority: smtp.certificateAuthority } : {}),
    verifyCertificate: !smtp.insecureSkipVerify && (tlsMode !== 'opportunistic' || anchored),
    ...(smtp.ehloName ? { ehloName: smtp.ehloName } : {}),
    ...(smtp.authMethod ? { authMethod: smtp.authMethod } : {}),
  };
}

/** `host:port` as people write it, an IPv6 address in brackets. */
export function endpoint({ host, port }: Pick<Target, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
