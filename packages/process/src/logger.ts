import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/**
 * The structured log of a process: one JSON object a line with `time` (RFC 3339), `level` by name,
 * `component` and `msg`.
 */
export function createLogger(component: string, level: string): Logger {
  return pino({
    level,
    base: { component },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
