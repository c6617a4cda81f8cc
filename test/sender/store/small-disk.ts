import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Test } from 'tap';

/** Why no disk can be made here, or false. */
export async function whyNoDisk(): Promise<string | false> {
  const mount = ['--mount', 'mount', '-t', 'tmpfs', 'none', '/tmp'];
  const { exitCode } = await execa('unshare', mount, { reject: false });
  return exitCode === 0 ? false : 'only root may mount a file system';
}

/** A disk of so many MiB, until the test ends. */
export async function mountDisk(t: Test, mebibytes: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'small-disk-'));
  await execa('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'none', folder]);
  t.teardown(async () => {
    await execa('umount', ['--lazy', folder]);
    await rmdir(folder);
  });
  return folder;
}
