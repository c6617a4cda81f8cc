import type { Test } from 'tap';
import type { Mode } from './behaviour.ts';
import type { Identity } from './certificates.ts';

export type Ports = Readonly<Record<Mode, number>>;

/** An SMTP server that others wrote. */
export interface Implementation {
  readonly name: string;
  /** What keeps it from running here, and how to get it; false where nothing does. */
  readonly missing: string | false;
  /**
   * Starts it until the test ends, on a port for each mode, with AUTH for `CREDENTIALS`: by LOGIN
   * alone with implicit TLS, by PLAIN as well otherwise.
   */
  start(t: Test, identity: Identity): Promise<Ports>;
}
