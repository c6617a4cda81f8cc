import { humanAge } from './age.ts';
import type { Row } from './row.ts';

const HEADERS = ['NAME', 'HOST', 'PORT', 'DEFAULT', 'READY', 'AGE', 'HEALTHY', 'REASON'];
const GAP = 3;

/** Aligns cells in columns as kubectl does. */
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
