import { isDeepStrictEqual } from 'node:util';
import type { Snapshot } from './screen.ts';
import type { View } from './view.ts';

type Line = Readonly<Record<string, unknown>>;

function linesOf({ rows, problems, metricsUrl, mailbox }: Snapshot): Map<string, Line> {
  const lines = new Map<string, Line>();
  lines.set('serving', { msg: 'serving', metrics: metricsUrl, mailbox });
  for (const {
    name,
    host,
    port,
    default: isDefault,
    ready,
    healthy,
    reason,
    message,
    file,
  } of rows) {
    lines.set(`provider ${name}`, {
      msg: 'mailprovider',
      provider: name,
      file,
      host,
      port: Number(port),
      default: isDefault === 'true',
      ready,
      healthy,
      reason,
      message,
    });
  }
  for (const { file, object, message } of problems) {
    lines.set(`problem ${file} ${object} ${message}`, { msg: 'refused', file, object, message });
  }
  return lines;
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
      for (const [key, { provider }] of shown) {
        if (provider !== undefined && !lines.has(key)) write({ msg: 'deleted', provider });
      }
      shown = lines;
    },
    close() {},
  };
}
