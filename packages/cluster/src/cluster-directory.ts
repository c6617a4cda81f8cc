import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder that holds every file of one cluster, and that only its user can read. */
export interface ClusterDirectory {
  readonly path: string;
  /** Has a file for each process. */
  readonly logs: string;
  /** Has a folder for each process that keeps something. */
  readonly data: string;
  /** Writes a file and returns its path. */
  write(name: string, content: string): Promise<string>;
  remove(): Promise<void>;
}

export async function createClusterDirectory(): Promise<ClusterDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'mailprovider-cluster-'));
  const logs = join(path, 'logs');
  const data = join(path, 'data');
  await Promise.all([logs, data].map((folder) => mkdir(folder)));
  return {
    path,
    logs,
    data,
    async write(name, content) {
      const file = join(path, name);
      await writeFile(file, content, { mode: 0o600 });
      return file;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
