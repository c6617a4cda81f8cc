import { InvalidArgumentError } from 'commander';

/** Reads the value of a flag: a whole number from 1 to 9999999. */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('must be a whole number from 1');
  return Number(text);
}
