import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { BuildOptions } from '@mailprovider/cluster/build-programs';
import type { Test } from 'tap';

export interface Toolchain {
  readonly options: BuildOptions;
  /** The arguments of each call until now. */
  calls(): Promise<readonly string[]>;
  /** What is in the cache. */
  built(): Promise<readonly string[]>;
}

/** A `go` that notes its arguments, then runs `script` with the output file as $OUT. */
export async function toolchain(t: Test, script: string): Promise<Toolchain> {
  const directory = t.testdir();
  const go = join(directory, 'bin/go');
  const calls = join(directory, 'calls');
  await mkdir(dirname(go));
  await mkdir(join(directory, 'cache'));
  const output = 'while [ $# -gt 0 ] && [ "$1" != -o ]; do shift; done; OUT=$2';
  await writeFile(go, `#!/bin/sh\necho "$@" >> '${calls}'\n${output}\n${script}\n`);
  await chmod(go, 0o755);
  const path = `${dirname(go)}:${process.env['PATH']}`;
  return {
    options: {
      cacheDirectory: join(directory, 'cache'),
      environment: { ...process.env, PATH: path },
      progress: () => undefined,
      signal: new AbortController().signal,
    },
    calls: async () => (await readFile(calls, 'utf8')).trimEnd().split('\n'),
    built: () => readdir(join(directory, 'cache'), { recursive: true }),
  };
}
