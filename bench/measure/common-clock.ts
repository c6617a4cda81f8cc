import process from 'node:process';

/** Milliseconds by a clock that all processes of a machine have in common. */
export function commonNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
