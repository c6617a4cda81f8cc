import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import {
  buildDirectory,
  CONTROL_PLANE_MODULE,
  isExecutable,
  type PinnedVersions,
  type Programs,
  pinnedVersions,
  programsIn,
} from './programs.ts';
import { startProcess } from './supervised-process.ts';

const PROGRESS_INTERVAL_MS = 15_000;

export interface BuildOptions {
  /** Folder of this user for programs that were built. */
  readonly cacheDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  progress(message: string): void;
  readonly signal: AbortSignal;
}

/** Whether `go` can be run. */
export async function hasGo(environment: NodeJS.ProcessEnv): Promise<boolean> {
  const { failed } = await execa('go', ['version'], {
    env: environment,
    extendEnv: false,
    reject: false,
  });
  return !failed;
}

function linkerFlags({ kubernetes }: PinnedVersions): string {
  const [major = '', minor = ''] = kubernetes.replace('v', '').split('.');
  const version = 'k8s.io/component-base/version';
  return [
    '-s -w',
    `-X ${version}.gitVersion=${kubernetes}`,
    `-X ${version}.gitMajor=${major}`,
    `-X ${version}.gitMinor=${minor}`,
  ].join(' ');
}

/** Shows every few seconds that something still goes on; returns how to end that. */
function showElapsed(what: string, progress: (message: string) => void): () => void {
  const start = performance.now();
  const timer = setInterval(() => {
    progress(`${what}: ${Math.round((performance.now() - start) / 1000)} s`);
  }, PROGRESS_INTERVAL_MS);
  return () => clearInterval(timer);
}

/** Builds under a name of its own and renames: what has the final name is always complete. */
async function buildProgram(
  packagePath: string,
  target: string,
  versions: PinnedVersions,
  { environment, signal }: BuildOptions,
): Promise<void> {
  const workDirectory = await mkdtemp(`${target}.building-`);
  try {
    signal.throwIfAborted();
    const output = join(workDirectory, 'program');
    const flags = ['-trimpath', '-mod=readonly', '-ldflags', linkerFlags(versions)];
    const go = await startProcess({
      name: `go build ${packagePath}`,
      file: 'go',
      args: ['build', ...flags, '-o', output, packagePath],
      cwd: CONTROL_PLANE_MODULE,
      environment: { ...environment, GOWORK: 'off', GOTMPDIR: workDirectory },
      logFile: join(workDirectory, 'log'),
    });
    const stop = () => void go.stop(0);
    signal.addEventListener('abort', stop, { once: true });
    const exitCode = await go.exitCode;
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    if (exitCode !== 0) throw await go.failure;
    await rename(output, target);
  } finally {
    await rm(workDirectory, { recursive: true, force: true });
  }
}

/**
 * Builds with Go what is missing of the pinned programs, into the cache of this user.
 *
 * Safe to be interrupted and to run twice at once. Rejects with the end of Go's output if a build
 * fails, and when `signal` is aborted.
 */
export async function buildPrograms(options: BuildOptions): Promise<Programs> {
  const { cacheDirectory, progress } = options;
  const versions = await pinnedVersions();
  const directory = buildDirectory(cacheDirectory, versions);
  await mkdir(directory, { recursive: true });
  const programs = programsIn(directory);
  const builds = [
    ['go.etcd.io/etcd/server/v3', programs.etcd, `etcd ${versions.etcd}`],
    [
      'k8s.io/kubernetes/cmd/kube-apiserver',
      programs.kubeApiserver,
      `kube-apiserver ${versions.kubernetes}`,
    ],
    ['k8s.io/kubernetes/cmd/kubectl', programs.kubectl, `kubectl ${versions.kubernetes}`],
  ] as const;
  progress(`building the control plane with Go, once, into ${directory}`);
  for (const [index, [packagePath, target, what]] of builds.entries()) {
    if (await isExecutable(target)) continue;
    const message = `building ${what} (${index + 1} of ${builds.length})`;
    progress(message);
    const hideElapsed = showElapsed(message, progress);
    await buildProgram(packagePath, target, versions, options).finally(hideElapsed);
  }
  return programs;
}
