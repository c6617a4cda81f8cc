import { type Behaviour, behavioursAt, MODES, type Mode, type Moment } from './behaviour.ts';
import { hear, type Step, say } from './scripted-peer.ts';

const ACCEPT_PLAIN: readonly Step[] = [hear('AUTH PLAIN'), say('235 in\r\n')];

/** Servers that only a client which sends a password unasked has a session with. */
export const WITHOUT_OFFER: readonly Behaviour[] = behavioursAt('last ehlo', [
  [
    'accepts AUTH without an offer',
    [say('250 hi\r\n'), ...ACCEPT_PLAIN],
    'auth AuthNotOffered permanent',
  ],
  [
    'accepts AUTH PLAIN but offers NTLM',
    [say('250-hi\r\n250 AUTH NTLM\r\n'), ...ACCEPT_PLAIN],
    'auth AuthMechanismUnsupported permanent',
  ],
]);

/** A server that nodemailer opens a session with and we do not. */
export interface Difference {
  readonly at: Moment;
  readonly does: string;
  readonly modes: readonly Mode[];
  readonly why: string;
}

const DESYNC = 'what was said unasked would be taken for the reply to the next command';
const GRAMMAR = 'it is not a reply by RFC 5321 section 4.2.1, so its code cannot be trusted';

export const DIFFERENCES: readonly Difference[] = [
  {
    at: 'ehlo',
    does: 'puts another reply behind its offer',
    modes: ['none', 'implicit'],
    why: DESYNC,
  },
  { at: 'second ehlo', does: 'greets again over TLS', modes: ['starttls'], why: DESYNC },
  { at: 'auth plain', does: 'changes its code', modes: MODES, why: GRAMMAR },
  { at: 'auth plain', does: 'ends a line by a bare line feed', modes: MODES, why: GRAMMAR },
  {
    at: 'auth plain',
    does: 'sends a line of 5 KB',
    modes: MODES,
    why: 'a line has bounds; RFC 5321 section 4.5.3.1.5 asks for a tenth of this',
  },
  {
    at: 'auth plain',
    does: 'sends a reply of 70 KB',
    modes: MODES,
    why: 'a reply has bounds',
  },
  {
    at: 'auth plain',
    does: 'says another 2yz',
    modes: MODES,
    why: 'RFC 4954 section 4 knows 235 as success; 250 is the reply to something else',
  },
  { at: 'auth login', does: 'says another 2yz', modes: MODES, why: 'as with AUTH PLAIN' },
  { at: 'auth plain', does: 'lets in twice', modes: MODES, why: DESYNC },
  { at: 'auth plain', does: 'puts a byte behind its 235', modes: MODES, why: DESYNC },
  {
    at: 'auth plain',
    does: 'lets in and shuts down',
    modes: MODES,
    why: 'the session is over before it can be used',
  },
  {
    at: 'last ehlo',
    does: 'accepts AUTH without an offer',
    modes: MODES,
    why: 'a password is not sent because nothing is known of a server',
  },
  {
    at: 'last ehlo',
    does: 'accepts AUTH PLAIN but offers NTLM',
    modes: MODES,
    why: 'a password is not sent to a server that asked for something else',
  },
];
