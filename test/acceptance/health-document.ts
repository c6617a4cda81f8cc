/** A command of one line, and below it what it prints. */
const EXAMPLE = /```sh\n([^\n]+)\n```\n\n```text\n([\s\S]*?)```\n/g;

const SHOWN_START = Date.parse('2026-01-05T09:00:00Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;
const CERTIFICATE = /(-----BEGIN CERTIFICATE-----\n)[\s\S]*?(\n-----END CERTIFICATE-----)/g;

/** Commands of a document that show their output. */
export function commandsOf(document: string): string[] {
  return [...document.matchAll(EXAMPLE)].map(([, command = '']) => command);
}

/** The document with what its commands print now. */
export async function withRealOutput(
  document: string,
  run: (command: string) => Promise<string>,
): Promise<string> {
  const outputs = new Map<string, string>();
  for (const command of commandsOf(document)) outputs.set(command, steady(await run(command)));
  return document.replaceAll(EXAMPLE, (_example, command: string) => {
    const output = outputs.get(command) ?? '';
    return `\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`text\n${output}\n\`\`\`\n`;
  });
}

/** The output without what differs from run to run; how far times are apart, in hours, stays. */
export function steady(output: string): string {
  return steadyTimes(output)
    .replaceAll(CERTIFICATE, '$1...$2')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:587')
    .replaceAll(/^( *Port: +)\d+$/gm, '$1587')
    .replaceAll(/^( *(?:Resource|Secret) Version: +)\d+$/gm, '$11234')
    .replaceAll(/^( *UID: +)\S+$/gm, '$15f0c9a52-7d1e-4b7e-9a43-0c6a2d1f8e37')
    .replaceAll(
      /^( {2}[a-z]+) +\d+\.\d ms/gm,
      (_line, stage: string) => `${stage.padEnd(12)}#.# ms`,
    )
    .replaceAll(/^( {2}SHA-256 +).+$/gm, '$1...')
    .replaceAll(
      /^( +(?:Normal|Warning) +\S+ +)(\S+)/gm,
      (_line, start: string, age: string) => start + '2s'.padEnd(age.length),
    );
}

function steadyTimes(output: string): string {
  const times = [...output.matchAll(TIME)].map(([time]) => Date.parse(time));
  const first = Math.min(...times);
  return output.replaceAll(TIME, (time) => {
    const passed = Date.parse(time) - first;
    const unit = passed < DAY_MS / 2 ? HOUR_MS : DAY_MS;
    const shown = new Date(SHOWN_START + Math.round(passed / unit) * unit);
    return `${shown.toISOString().slice(0, 19)}Z`;
  });
}
