import { InvalidArgumentError } from 'commander';

/** Where a server listens. */
export interface BindAddress {
  readonly host: string;
  readonly port: number;
}

/** Parses a TCP port; 0 lets the system choose. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError('must be a port between 0 and 65535');
  }
  return port;
}

/** Parses `HOST:PORT` or `:PORT` (every address), an IPv6 host in brackets. */
export function parseBindAddress(text: string): BindAddress {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('must be HOST:PORT or :PORT');
  return { host: match[1] || match[2] || '::', port: parsePort(match[3] ?? '') };
}
