import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { isExecutable } from '@mailprovider/cluster/executable';
import { hasGo } from '@mailprovider/cluster/go-build';
import { execa } from 'execa';

const PEER_MODULE = join(import.meta.dirname, '../../peer');

const WITHOUT_GO = 'the peer is built with Go, and there is none: see https://go.dev/dl';

export interface PeerBuildOptions {
  /** Folder of this user for programs that were built. */
  readonly cacheDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Names the sources, so that a change of any of them leads to a new build. */
async function sourcesHash(): Promise<string> {
  const hash = createHash('sha256');
  const names = (await readdir(PEER_MODULE)).filter((name) => /\.(go|mod|sum)$/.test(name));
  for (const name of names.sort()) {
    hash.update(`${name}\0`).update(await readFile(join(PEER_MODULE, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Finds the peer, or builds it with Go once and for all until its sources change; returns its path.
 *
 * Rejects where there is no Go, with its output if the build fails, and when `signal` is aborted.
 */
export async function obtainPeer(options: PeerBuildOptions): Promise<string> {
  const folder = join(options.cacheDirectory, 'bench');
  const name = `peer-${await sourcesHash()}-${process.platform}-${process.arch}`;
  const program = join(folder, name);
  if (await isExecutable(program)) return program;
  if (!(await hasGo(options.environment))) throw new Error(WITHOUT_GO);
  options.progress(`building the peer with Go, once, into ${folder}`);
  await mkdir(folder, { recursive: true });
  const workDirectory = await mkdtemp(`${program}.building-`);
  try {
    const output = join(workDirectory, 'peer');
    await execa('go', ['build', '-trimpath', '-mod=readonly', '-o', output, '.'], {
      cwd: PEER_MODULE,
      env: { ...options.environment, GOWORK: 'off' },
      extendEnv: false,
      cancelSignal: options.signal,
    });
    // What has the final name is always complete.
    await rename(output, program);
  } finally {
    await rm(workDirectory, { recursive: true, force: true });
  }
  return program;
}
