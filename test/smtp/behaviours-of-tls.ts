import type { SecureContextOptions } from 'node:tls';
import { type Behaviour, behavioursAt, type Cause, type Row } from './behaviour.ts';
import type { Authority } from './certificates.ts';
import {
  close,
  flood,
  handshake,
  hearBytes,
  reset,
  type Step,
  say,
  trickle,
} from './scripted-peer.ts';
import { selfSigned } from './self-signed.ts';

const ALERT_HANDSHAKE_FAILURE = '\x15\x03\x03\x00\x02\x02\x28';
const EMPTY_SERVER_HELLO = '\x16\x03\x03\x00\x04\x02\x00\x00\x00';
/** The head of a record of 16 KiB and of the message in it. */
const LONG_SERVER_HELLO = '\x16\x03\x03\x40\x00\x02\x00\x3f\xfc';

const NAMES = ['mail.example'];
const OLD_TLS = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
/** It needs a certificate of ECDSA, and ours are of RSA. */
const UNUSABLE_CIPHER = {
  maxVersion: 'TLSv1.2',
  ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256',
} as const;

/** The handshake is a stage of its own, or a part of stage `starttls`. */
function inHandshake(cause: Cause): Row[2] {
  return { starttls: `starttls ${cause}`, implicit: `tls ${cause}` };
}

function answers(does: string, cause: Cause, ...steps: readonly Step[]): Row {
  return [`answers the handshake ${does}`, [hearBytes, ...steps], inHandshake(cause)];
}

function shows(fault: string, cause: Cause, options: SecureContextOptions): Row {
  return [`has a certificate ${fault}`, [handshake(options)], inHandshake(cause)];
}

function offers(what: string, options: SecureContextOptions): Row {
  return [`offers ${what}`, [handshake(options)], inHandshake('TlsHandshakeFailed')];
}

/** What servers do in the handshake, with certificates that the client, trusting `authority`, must not accept. */
export function behavioursOfTls(authority: Authority, stranger: Authority): readonly Behaviour[] {
  const valid = authority.issue({ names: NAMES });
  const expired = authority.issue({ names: NAMES, validUntil: -1 });
  const early = authority.issue({ names: NAMES, validFrom: 1 });
  return behavioursAt('handshake', [
    answers('with silence', 'Timeout'),
    answers('byte by byte', 'Timeout', trickle(LONG_SERVER_HELLO)),
    answers('by closing', 'ConnectionClosed', close),
    answers('by closing within a record', 'ConnectionClosed', say(LONG_SERVER_HELLO), close),
    answers('by a reset', 'ConnectionClosed', reset),
    answers('with an alert', 'TlsHandshakeFailed', say(ALERT_HANDSHAKE_FAILURE)),
    answers('with garbage', 'TlsHandshakeFailed', say('\0\xff\x16\x01garbage of any kind')),
    answers('with a flood of empty lines', 'TlsHandshakeFailed', flood('\r\n')),
    answers('with a flood of hellos', 'TlsHandshakeFailed', flood(EMPTY_SERVER_HELLO)),
    answers('with a greeting', 'TlsHandshakeFailed', say('220 ready\r\n')),
    answers('with 4yz', 'TlsHandshakeFailed', say('454 later\r\n')),
    answers('with 5yz', 'TlsHandshakeFailed', say('554 no\r\n')),

    shows('that has expired', 'CertificateExpired permanent', expired),
    shows('not yet valid', 'CertificateNotYetValid permanent', early),
    shows('of a stranger', 'CertificateNotTrusted permanent', stranger.issue({ names: NAMES })),
    shows('signed by itself', 'CertificateNotTrusted permanent', selfSigned(NAMES)),
    shows(
      'of another name',
      'CertificateNameMismatch permanent',
      authority.issue({ names: ['other.example'] }),
    ),
    shows('of no name', 'CertificateNameMismatch permanent', authority.issue({})),

    offers('TLS 1.0 and 1.1 alone', { ...valid, ...OLD_TLS }),
    offers('no cipher that its certificate can be used with', { ...valid, ...UNUSABLE_CIPHER }),
  ]);
}
