import type { SessionReason, Stage } from '@mailprovider/provider/reasons';
import type { SmtpFailure } from '@mailprovider/smtp';
import type { Step } from './scripted-peer.ts';

export const MODES = ['none', 'starttls', 'implicit'] as const;
export type Mode = (typeof MODES)[number];

/** The moments of a session at which a server begins to misbehave, each with the modes that have it. */
export const MODES_OF = {
  /** The client connects. */
  connect: MODES,
  /** The client begins the TLS handshake. */
  handshake: ['starttls', 'implicit'],
  /** The client waits for the greeting. */
  greeting: MODES,
  /** The client has said its first EHLO. */
  ehlo: MODES,
  /** The client has said STARTTLS. */
  starttls: ['starttls'],
  /** The client has said EHLO again, over TLS. */
  'second ehlo': ['starttls'],
  /** The client has said the EHLO whose answer decides on AUTH. */
  'last ehlo': MODES,
  /** The client has said AUTH PLAIN, with its message. */
  'auth plain': MODES,
  /** The client has said AUTH LOGIN. */
  'auth login': MODES,
} as const satisfies Readonly<Record<string, readonly Mode[]>>;
export type Moment = keyof typeof MODES_OF;

type Permanence = '' | ' permanent';
type Code = '' | ` ${number}`;
export type Cause = `${SessionReason}${Code}${Permanence}`;
/** How a session fails, such as `auth AuthenticationFailed 535 permanent`. */
export type Ending = `${Stage} ${Cause}`;
type Endings = Readonly<Partial<Record<Mode, Ending>>>;

export interface Behaviour {
  readonly at: Moment;
  readonly does: string;
  readonly steps: readonly Step[];
  readonly ends: Endings;
}

/** What a server does, how, and how that ends: in every mode alike, or in each. */
export type Row = readonly [does: string, steps: readonly Step[], ends: Ending | Endings];

export function behavioursAt(at: Moment, rows: readonly Row[]): readonly Behaviour[] {
  return rows.map(([does, steps, ends]) => ({
    at,
    does,
    steps,
    ends: typeof ends === 'string' ? inEach(MODES_OF[at], ends) : ends,
  }));
}

function inEach(modes: readonly Mode[], ending: Ending): Endings {
  return Object.fromEntries(modes.map((mode) => [mode, ending]));
}

/** Writes a failure as the tables do. */
export function endingOf({ stage, reason, code, permanent }: SmtpFailure): string {
  const words = [stage, reason, ...(code === undefined ? [] : [code])];
  return [...words, ...(permanent ? ['permanent'] : [])].join(' ');
}
