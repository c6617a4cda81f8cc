import type { Problem } from '../folder/documents.ts';
import type { Row } from './row.ts';
import { renderTable } from './table.ts';

/** Everything the screen shows at one moment. */
export interface Snapshot {
  readonly folder: string;
  readonly rows: readonly (Row & { readonly file: string; readonly warnings: readonly string[] })[];
  readonly problems: readonly Problem[];
  readonly metricsUrl: string;
  readonly mailbox: readonly string[];
}

export function problemLine({ file, object, message }: Problem): string {
  return `${file}: ${object === undefined ? '' : `${object} refused: `}${message}`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

function tryNext({ rows, folder, metricsUrl }: Snapshot): string[] {
  const failing = rows.find(({ healthy }) => healthy === 'False');
  const first =
    failing === undefined
      ? `Edit a file in ${folder}, for example a port: the change is checked as soon as it is saved.`
      : `Fix "${failing.name}" in ${failing.file} and save it: HEALTHY turns True at once.`;
  return [`1. ${first}`, `2. Look at the metrics: curl ${metricsUrl}`];
}

/** Draws a snapshot as text: the table, what is wrong and why, and what to try next. */
export function renderScreen(snapshot: Snapshot, now: Date): string {
  const { rows, problems, mailbox } = snapshot;
  const failing = rows.filter(({ ready, message }) => ready === 'False' && message !== '');
  const warnings = rows.flatMap(({ name, warnings: texts }) =>
    texts.map((text) => `${name}: ${text}`),
  );
  const table =
    rows.length === 0 ? `No MailProvider found in ${snapshot.folder}.` : renderTable(rows, now);
  return [
    `${table}\n`,
    section(
      'Not ready:',
      failing.map(({ name, message }) => `${name}: ${message}`),
    ),
    section('Refused:', problems.map(problemLine)),
    section('Warnings:', warnings),
    section('Mailbox:', mailbox),
    section('Try next (Ctrl-C ends):', tryNext(snapshot)),
  ].join('');
}
