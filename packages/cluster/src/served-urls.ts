/** By the name of the server, without a path. */
export type ServedUrls = ReadonlyMap<string, string>;

interface ServingLine {
  readonly server: string;
  readonly url: string;
}

function parseServingLine(line: string): ServingLine | undefined {
  if (!line.startsWith('{')) return undefined;
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof entry !== 'object' || entry === null || !('msg' in entry)) return undefined;
  if (entry.msg !== 'serving' || !('server' in entry) || !('url' in entry)) return undefined;
  const { server, url } = entry;
  return typeof server === 'string' && typeof url === 'string' ? { server, url } : undefined;
}

/** The URLs of servers that a log names: `{"msg":"serving","server":NAME,"url":URL}`. */
export function servedUrls(log: string): ServedUrls {
  const lines = log.split('\n').map(parseServingLine);
  return new Map(lines.flatMap((line) => (line === undefined ? [] : [[line.server, line.url]])));
}
