import { readdir, readFile, readlink } from 'node:fs/promises';

const LISTENING = '0A';

interface Row {
  readonly inode: string;
  readonly state: string;
  /** Local and remote. */
  readonly ports: readonly number[];
}

/** A row of /proc/net/tcp begins with `sl local remote st queues timer retransmits uid timeout inode`. */
function parseRow(row: string): Row {
  const [, local = '', remote = '', state = '', , , , , , inode = ''] = row.trim().split(/\s+/);
  const portOf = (address: string) => Number.parseInt(address.split(':')[1] ?? '', 16);
  return { inode, state, ports: [portOf(local), portOf(remote)] };
}

/** The inodes of the connections in a table of /proc/net that have one end at one of `ports`. */
export function connectionsAt(table: string, ports: readonly number[]): readonly string[] {
  const rows = table.trim().split('\n').slice(1).map(parseRow);
  return rows
    .filter((row) => row.state !== LISTENING && row.ports.some((port) => ports.includes(port)))
    .map(({ inode }) => inode);
}

async function socketsOf(pid: number | undefined): Promise<ReadonlySet<string>> {
  const folder = `/proc/${pid}/fd`;
  // A file may be closed before it is looked at.
  const links = (await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => ''));
  const inodes = (await Promise.all(links)).map((link) => link.match(/^socket:\[(\d+)\]$/)?.[1]);
  return new Set(inodes.filter((inode) => inode !== undefined));
}

/**
 * How many IPv4 connections with one end at one of `ports` a process has open; NaN where there is no
 * /proc.
 */
export async function openConnections(
  pid: number | undefined,
  ports: readonly number[],
): Promise<number> {
  try {
    const own = await socketsOf(pid);
    const table = await readFile(`/proc/${pid}/net/tcp`, 'utf8');
    return connectionsAt(table, ports).filter((inode) => own.has(inode)).length;
  } catch {
    return Number.NaN;
  }
}
