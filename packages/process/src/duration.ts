import { InvalidArgumentError } from 'commander';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DURATION = /^(\d+(\.\d+)?(ms|s|m|h))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** Milliseconds of a duration as Go writes it, such as `90s`, `1m30s` or `500ms`; else undefined. */
export function durationMs(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  const parts = [...text.matchAll(PART)];
  return parts.reduce(
    (sum, [, number, unit = '']) => sum + Number(number) * (UNIT_MS[unit] ?? 0),
    0,
  );
}

/** Parses the duration of a flag into milliseconds. */
export function parseDuration(text: string): number {
  const milliseconds = durationMs(text);
  if (milliseconds === undefined) {
    throw new InvalidArgumentError('must be a duration such as 90s, 1m30s or 500ms');
  }
  return milliseconds;
}
