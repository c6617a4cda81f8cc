import { isDeepStrictEqual } from 'node:util';
import type { ScreenRow, Snapshot } from './screen.ts';
import type { View } from './view.ts';

type Line = Readonly<Record<string, unknown>>;

function providerLine(row: ScreenRow): Line {
  return {
    msg: 'mailprovider',
    provider: row.name,
    file: row.file,
    host: row.host,
    port: Number(row.port),
    default: row.default === 'true',
    ready: row.ready,
    healthy: row.healthy,
    reason: row.reason,
    message: row.message,
    lastSendError: row.lastSendError,
    warnings: row.warnings,
  };
}

function linesOf({
  rows,
  problems,
  metricsUrl,
  mailbox,
  sender,
  mailsUrl,
}: Snapshot): Map<string, Line> {
  return new Map<string, Line>([
    ['serving', { msg: 'serving', metrics: metricsUrl, mailbox, sender, submit: mailsUrl }],
    ...rows.map((row) => [`provider ${row.name}`, providerLine(row)] as const),
    ...problems.map(
      (problem) => [JSON.stringify(problem), { msg: 'refused', ...problem }] as const,
    ),
  ]);
}

function goneLine({ provider, file, object }: Line): Line {
  return provider === undefined ? { msg: 'resolved', file, object } : { msg: 'deleted', provider };
}

/** Writes one JSON object a line for each change, for logs and pipelines. */
export function jsonView(stream: NodeJS.WritableStream, now: () => Date): View {
  let shown = new Map<string, Line>();
  const write = (line: Line) =>
    stream.write(`${JSON.stringify({ time: now().toISOString(), ...line })}\n`);
  return {
    show(snapshot) {
      const lines = linesOf(snapshot);
      for (const [key, line] of lines) {
        if (!isDeepStrictEqual(shown.get(key), line)) write(line);
      }
      for (const [key, line] of shown) {
        if (!lines.has(key)) write(goneLine(line));
      }
      shown = lines;
    },
    close() {},
  };
}
