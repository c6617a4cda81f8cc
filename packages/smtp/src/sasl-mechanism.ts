import { createHmac } from 'node:crypto';
import type { AuthMethod } from '@mailprovider/provider/schema';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** One answer to a challenge, both in base64; nothing where the challenge is not one to answer. */
type Answer = (credentials: Credentials, challenge: string) => string | undefined;

/** A mechanism of SASL as SMTP carries it (RFC 4954). */
export interface SaslMechanism {
  readonly name: AuthMethod;
  /** What is sent together with AUTH, in base64. */
  readonly initialResponse?: (credentials: Credentials) => string;
  /** What is sent for each challenge in turn; there must be no more of them. */
  readonly answers: readonly Answer[];
  /** Whether this process can speak it. */
  isAvailable(): boolean;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** RFC 4616. */
const PLAIN: SaslMechanism = {
  name: 'PLAIN',
  initialResponse: ({ username, password }) => base64(`\0${username}\0${password}`),
  answers: [],
  isAvailable: () => true,
};

/** Widespread and never standardised: two questions, whatever their wording. */
const LOGIN: SaslMechanism = {
  name: 'LOGIN',
  answers: [({ username }) => base64(username), ({ password }) => base64(password)],
  isAvailable: () => true,
};

/** RFC 2195. */
const CRAM_MD5: SaslMechanism = {
  name: 'CRAM-MD5',
  answers: [
    ({ username, password }, challenge) => {
      const bytes = challengeBytes(challenge);
      return bytes && base64(`${username} ${hmacMd5(password, bytes)}`);
    },
  ],
  isAvailable: hasMd5,
};

/** The mechanisms spoken, the preferred first: CRAM-MD5 is often offered and does not work. */
export const SASL_MECHANISMS: readonly SaslMechanism[] = [PLAIN, LOGIN, CRAM_MD5];

/** A challenge is a time stamp and a host name, which has 255 octets at most. */
const MAX_CHALLENGE_BYTES = 512;

/** The bytes of a challenge, unless it is empty, too long, or not the base64 of anything. */
function challengeBytes(challenge: string): Buffer | undefined {
  const bytes = Buffer.from(challenge, 'base64');
  const isBase64 = bytes.toString('base64') === challenge;
  return isBase64 && bytes.length > 0 && bytes.length <= MAX_CHALLENGE_BYTES ? bytes : undefined;
}

function hmacMd5(password: string, challenge: Buffer): string {
  return createHmac('md5', password).update(challenge).digest('hex');
}

/** A FIPS build of OpenSSL refuses MD5. */
function hasMd5(): boolean {
  try {
    createHmac('md5', 'key');
    return true;
  } catch {
    return false;
  }
}
