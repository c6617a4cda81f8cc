import { readdir, readFile, readlink } from 'node:fs/promises';

/** Inode and remote port of each row of /proc/net/tcp: `sl local remote st queues tr retrnsmt uid timeout inode`. */
function rowsOf(table: string): readonly { readonly inode: string; readonly port: number }[] {
  return table
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(/\s+/))
    .map((fields) => ({
      inode: fields[9] ?? '',
      port: Number.parseInt(fields[2]?.split(':')[1] ?? '', 16),
    }));
}

/** The inodes of the sockets in a table of /proc/net that are connected to one of `ports`. */
export function inodesConnectedTo(table: string, ports: readonly number[]): readonly string[] {
  return rowsOf(table)
    .filter(({ port }) => ports.includes(port))
    .map(({ inode }) => inode);
}

async function socketsOf(pid: number | undefined): Promise<ReadonlySet<string>> {
  const folder = `/proc/${pid}/fd`;
  // A file may be closed before it is looked at.
  const links = (await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => ''));
  const inodes = (await Promise.all(links)).map((link) => link.match(/^socket:\[(\d+)\]$/)?.[1]);
  return new Set(inodes.filter((inode) => inode !== undefined));
}

/** How many open sockets of a process are connected to `ports` over IPv4; NaN where there is no /proc. */
export async function openConnections(
  pid: number | undefined,
  ports: readonly number[],
): Promise<number> {
  try {
    const own = await socketsOf(pid);
    const table = await readFile(`/proc/${pid}/net/tcp`, 'utf8');
    return inodesConnectedTo(table, ports).filter((inode) => own.has(inode)).length;
  } catch {
    return Number.NaN;
  }
}
