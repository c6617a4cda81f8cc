import type { Mode, Moment } from './behaviour.ts';
import type { Identity } from './certificates.ts';
import {
  greetAndOffer,
  handshake,
  handshakeDone,
  hear,
  offer,
  type Step,
  say,
} from './scripted-peer.ts';

/** What a server does that behaves up to a moment of a session in a mode that has this moment. */
export function stepsTo(at: Moment, mode: Mode, identity: Identity): readonly Step[] {
  const open = mode === 'implicit' ? [handshake(identity), handshakeDone] : [];
  const upgraded = [...greetAndOffer('STARTTLS'), hear('STARTTLS')];
  const readyForTls = mode === 'starttls' ? [...upgraded, say('220 go\r\n')] : [];
  const greeted = [...open, say('220 ready\r\n')];
  const secured = mode === 'starttls' ? [...readyForTls, handshake(identity)] : greeted;
  switch (at) {
    case 'connect':
      return [];
    case 'handshake':
      return readyForTls;
    case 'greeting':
      return open;
    case 'ehlo':
      return [...greeted, hear('EHLO')];
    case 'starttls':
      return upgraded;
    case 'second ehlo':
    case 'last ehlo':
      return [...secured, hear('EHLO')];
    case 'auth plain':
      return [...secured, ...offer('AUTH PLAIN'), hear('AUTH PLAIN')];
    case 'auth login':
      return [...secured, ...offer('AUTH LOGIN'), hear('AUTH LOGIN')];
  }
}
