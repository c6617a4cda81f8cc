import { humanAge } from './age.ts';
import type { Row } from './row.ts';

const HEADERS = ['NAME', 'HOST', 'PORT', 'DEFAULT', 'READY', 'AGE', 'HEALTHY', 'REASON'];
/** One less than kubectl's, so that the two further columns fit into 80 characters. */
const GAP = 2;

/** Aligns cells in columns. */
export function renderTable(rows: readonly Row[], now: Date): string {
  const lines = [
    HEADERS,
    ...rows.map((row) => [
      row.name,
      row.host,
      row.port,
      row.default,
      row.ready,
      humanAge(now.getTime() - row.createdAt.getTime()),
      row.healthy,
      row.reason,
    ]),
  ];
  const widths = HEADERS.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd((widths[column] ?? 0) + GAP))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}
