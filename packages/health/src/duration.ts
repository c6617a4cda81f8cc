import { InvalidArgumentError } from 'commander';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Parses a duration as Go's flags have it, such as `15s`, `1.5s` or `1m30s`; milliseconds. */
export function parseDuration(text: string): number {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    throw new InvalidArgumentError('must be a duration such as 15s or 1m30s');
  }
  const parts = text.matchAll(/([\d.]+)(ms|s|m|h)/g);
  return [...parts].reduce((sum, [, count, unit = '']) => {
    return sum + Number(count) * (UNIT_MS[unit] ?? 0);
  }, 0);
}
