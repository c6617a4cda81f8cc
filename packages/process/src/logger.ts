import process from 'node:process';
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/**
 * The structured log of a process: one JSON object a line with `time` (RFC 3339), `level` by name,
 * `component`, which `grep mailprovider` finds, and `msg`.
 */
export function createLogger(
  component: string,
  level: string,
  destination: NodeJS.WritableStream = process.stdout,
): Logger {
  const options = {
    level,
    base: { component: `mailprovider-${component}` },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, destination);
}
