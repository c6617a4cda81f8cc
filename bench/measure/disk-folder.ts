import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';

/** TMPFS_MAGIC and RAMFS_MAGIC of linux/magic.h. */
const MEMORY = [0x01021994, 0x858458f6];
/** What is to survive a reboot cannot be in memory (Filesystem Hierarchy Standard). */
const PERSISTENT = '/var/tmp';

/** A folder for temporary files on a disk, where what is synchronised costs what it costs users. */
export async function diskFolder(): Promise<string> {
  const { type } = await statfs(tmpdir());
  return MEMORY.includes(type) ? PERSISTENT : tmpdir();
}
