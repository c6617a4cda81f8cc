import process from 'node:process';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A signal told us to end. */
export class Interruption extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
    this.name = 'Interruption';
    this.signal = signal;
  }
}

/** Aborted, with an Interruption as reason, by the first signal; none ends the process any more. */
export function interruptionSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    process.on(signal, () => controller.abort(new Interruption(signal)));
  }
  return controller.signal;
}
