import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files of one benchmark, readable for this user only. */
export interface BenchDirectory {
  readonly path: string;
  /** Writes a file; returns its path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

export async function createBenchDirectory(): Promise<BenchDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'mailprovider-bench-'));
  return {
    path,
    async write(name, text) {
      const file = join(path, name);
      await writeFile(file, text, { mode: 0o600 });
      return file;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
