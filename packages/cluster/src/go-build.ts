import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { isExecutable } from './executable.ts';
import { startProcess } from './supervised-process.ts';

const PROGRESS_INTERVAL_MS = 15_000;

export interface GoBuildOptions {
  readonly environment: NodeJS.ProcessEnv;
  progress(message: string): void;
  readonly signal: AbortSignal;
}

/** A program that a Go module without code of its own pins. */
export interface GoProgram {
  /** Its name and version, for people. */
  readonly title: string;
  /** Folder of the module. */
  readonly module: string;
  readonly packagePath: string;
  /** The file to write. */
  readonly target: string;
  /** For `-ldflags`. */
  readonly linkerFlags: string;
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
  { packagePath, target, module, linkerFlags }: GoProgram,
  { environment, signal }: GoBuildOptions,
): Promise<void> {
  const workDirectory = await mkdtemp(`${target}.building-`);
  try {
    signal.throwIfAborted();
    const output = join(workDirectory, 'program');
    const flags = ['-trimpath', '-mod=readonly', '-ldflags', linkerFlags];
    const go = await startProcess({
      name: `go build ${packagePath}`,
      file: 'go',
      args: ['build', ...flags, '-o', output, packagePath],
      cwd: module,
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
 * Builds those of the programs that are missing, one after the other.
 *
 * Safe to be interrupted and to run twice at once. Rejects with the end of Go's output if a build
 * fails, and when `signal` is aborted.
 */
export async function buildMissing(
  programs: readonly GoProgram[],
  options: GoBuildOptions,
): Promise<void> {
  for (const [index, program] of programs.entries()) {
    if (await isExecutable(program.target)) continue;
    await mkdir(dirname(program.target), { recursive: true });
    const message = `building ${program.title} (${index + 1} of ${programs.length})`;
    options.progress(message);
    const hideElapsed = showElapsed(message, options.progress);
    await buildProgram(program, options).finally(hideElapsed);
  }
}
