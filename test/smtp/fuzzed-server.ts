import fc from 'fast-check';
import { MODES, type Mode } from './behaviour.ts';
import type { Identity } from './certificates.ts';
import { CREDENTIALS } from './probe.ts';
import { serverBytes } from './reply-bytes.ts';
import { close, handshake, hear, reset, type Step, say } from './scripted-peer.ts';

const { username, password } = CREDENTIALS;
/** What fuzzed servers say, the client's secrets among it. */
export const SERVER_WORDS: readonly string[] = [
  'canary',
  password,
  Buffer.from(password).toString('base64'),
  Buffer.from(`\0${username}\0${password}`).toString('base64'),
];
const WORDS = SERVER_WORDS.join(' ');

const OFFERS = ['AUTH PLAIN', 'AUTH LOGIN', 'SIZE'].map(
  (last) => `250-${WORDS}\r\n250-STARTTLS\r\n250 ${last}\r\n`,
);

const refusal = fc
  .constantFrom('421', '451', '454', '500', '535 5.7.8', '550 5.7.30', '554')
  .map((code) => `${code} ${WORDS}\r\n`);
const nonsense = fc.oneof(
  fc.constantFrom(WORDS, `250-${WORDS}`, `250-${WORDS}\r\n`, `250 ok\r\n250 ${WORDS}\r\n`, ''),
  serverBytes.map((bytes) => bytes.toString('latin1')),
);

/** Mostly a reply that fits. */
function mostly(...fitting: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof({ arbitrary: fc.constantFrom(...fitting), weight: 8 }, refusal, nonsense);
}

/** What a server says in a session, line by line heard; some of it fits. */
export interface FuzzedServer {
  readonly tlsMode: Mode;
  readonly greeting: string;
  readonly offer: string;
  /** The answer to STARTTLS, and the offer over TLS, in mode `starttls` alone. */
  readonly go: string;
  readonly offerOverTls: string;
  readonly answers: readonly string[];
  readonly ends: 'closes' | 'resets';
}

export const fuzzedServer: fc.Arbitrary<FuzzedServer> = fc.record({
  tlsMode: fc.constantFrom(...MODES),
  greeting: mostly(`220 ${WORDS}\r\n`),
  offer: mostly(...OFFERS),
  go: mostly(`220 ${WORDS}\r\n`),
  offerOverTls: mostly(...OFFERS),
  answers: fc.array(mostly(`334 ${WORDS}\r\n`, `235 ${WORDS}\r\n`), { maxLength: 4 }),
  ends: fc.constantFrom('closes', 'resets'),
});

function answer(text: string): readonly Step[] {
  return [hear(''), say(text)];
}

export function stepsOf(server: FuzzedServer, identity: Identity): readonly Step[] {
  const { tlsMode, greeting, offer, go, offerOverTls, answers, ends } = server;
  const upgrade = [...answer(go), handshake(identity), ...answer(offerOverTls)];
  return [
    ...(tlsMode === 'implicit' ? [handshake(identity)] : []),
    ...[say(greeting), ...answer(offer)],
    ...(tlsMode === 'starttls' ? upgrade : []),
    ...[...answers.flatMap(answer), ends === 'closes' ? close : reset],
  ];
}
