import wrapAnsi from 'wrap-ansi';
import type { Problem } from '../folder/documents.ts';
import type { Row } from './row.ts';
import { renderTable } from './table.ts';

export interface ScreenRow extends Row {
  readonly file: string;
  readonly warnings: readonly string[];
}

/** Everything there is to show at one moment. */
export interface Snapshot {
  readonly folder: string;
  readonly rows: readonly ScreenRow[];
  readonly problems: readonly Problem[];
  readonly metricsUrl: string;
  readonly mailbox: readonly string[];
  /** Answers a GET with what arrived, where there is a mailbox. */
  readonly mailboxUrl?: string;
  readonly sender: readonly string[];
  /** Takes mails by POST, where there is a sender. */
  readonly mailsUrl?: string;
  /** What to do first, where something beside the providers is wrong. */
  readonly remedy?: string;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

function problemLine({ file, object, message }: Problem): string {
  return `${file}: ${object === undefined ? '' : `${object} refused: `}${message}`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

function firstStep({ rows, problems, folder, remedy }: Snapshot): string {
  if (remedy !== undefined) return remedy;
  const [refused] = problems;
  if (refused !== undefined)
    return `Fix ${refused.file} and save it; until then the last state is kept.`;
  const failing = rows.find(({ healthy }) => healthy === 'False');
  if (failing !== undefined) {
    return `Fix "${failing.name}" in ${failing.file} and save it: HEALTHY turns True at once.`;
  }
  if (rows.length === 0) return `Put a file with a MailProvider into ${folder}.`;
  return `Edit a file in ${folder}, for example a port: the change is checked as soon as it is saved.`;
}

/** In two lines of less than 80 columns, which can be copied. */
function sendCommand(mailsUrl: string): string {
  const mail = { to: ['you@example.com'], subject: 'Hello' };
  return `curl --json '${JSON.stringify(mail)}' \\\n       ${mailsUrl}`;
}

function tryNext(snapshot: Snapshot): string[] {
  const { mailsUrl, mailboxUrl, metricsUrl } = snapshot;
  const steps = [
    firstStep(snapshot),
    mailsUrl && `Send a mail: ${sendCommand(mailsUrl)}`,
    mailsUrl && mailboxUrl && `See it arrived: curl ${mailboxUrl}`,
    `Look at the metrics: curl ${metricsUrl}`,
  ];
  return steps.filter((step) => step !== undefined).map((step, index) => `${index + 1}. ${step}`);
}

/** The parts of a screen from top to bottom. */
function partsOf(snapshot: Snapshot, now: Date) {
  const { rows, problems, mailbox, sender, folder } = snapshot;
  const failing = rows.filter(({ ready, message }) => ready === 'False' && message !== '');
  const warnings = rows.flatMap(({ name, warnings: texts }) =>
    texts.map((text) => `${name}: ${text}`),
  );
  return {
    table:
      rows.length === 0 ? `No MailProvider found in ${folder}.\n` : `${renderTable(rows, now)}\n`,
    notReady: section(
      'Not ready:',
      failing.map(({ name, message }) => `${name}: ${message}`),
    ),
    notSent: section(
      'Last mail not sent:',
      rows.flatMap(({ name, lastSendError }) =>
        lastSendError === '' ? [] : [`${name}: ${lastSendError}`],
      ),
    ),
    refused: section('Refused:', problems.map(problemLine)),
    warnings: section('Warnings:', warnings),
    mailbox: section('Mailbox:', mailbox),
    sender: section('Sender:', sender),
    tryNext: section('Try next (Ctrl-C ends):', tryNext(snapshot)),
  };
}

function warningCount({ rows }: Snapshot): string {
  const count = rows.flatMap(({ warnings }) => warnings).length;
  return count === 0 ? '' : `\n${count} warnings; a larger terminal shows them.\n`;
}

/** What a small terminal does without, the most expendable first. */
const EXPENDABLE = ['warnings', 'mailbox', 'sender', 'refused', 'notSent', 'notReady'] as const;

/**
 * Draws a snapshot as text: the table, what is wrong and why, and what to try next; as much of it
 * as the terminal has room for.
 */
export function renderScreen(snapshot: Snapshot, now: Date, { columns, rows }: ScreenSize): string {
  const parts = partsOf(snapshot, now);
  const draw = () => wrapAnsi(Object.values(parts).join(''), columns, { trim: false });
  let text = draw();
  for (const part of EXPENDABLE) {
    if (text.split('\n').length <= rows) return text;
    parts[part] = part === 'warnings' ? warningCount(snapshot) : '';
    text = draw();
  }
  return text;
}
