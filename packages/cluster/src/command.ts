import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import process from 'node:process';

/** The time that the command has to end after it was told to. */
const STOP_GRACE_MS = 5_000;

export interface CommandOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Whether the terminal sends Ctrl-C to the command itself; it is then not sent a second time. */
  readonly onTerminal: boolean;
  /** Ends the command when aborted. */
  readonly signal: AbortSignal;
}

/** The exit code by which shells tell that `signal` ended a process. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

function spawnInForeground({ file, args, environment }: CommandOptions): Promise<ChildProcess> {
  const child = spawn(file, args, { stdio: 'inherit', env: environment });
  return once(child, 'spawn').then(
    () => child,
    (error: unknown) => {
      throw new Error(`${file}: not found, or not executable`, { cause: error });
    },
  );
}

/**
 * Runs a command with our standard streams and passes the signals on that reach us.
 *
 * Resolves with its exit code, 128 + n after signal n; rejects if it cannot be run.
 */
export async function runCommand(options: CommandOptions): Promise<number> {
  const { onTerminal, signal } = options;
  const child = await spawnInForeground(options);
  let killTimer: NodeJS.Timeout | undefined;
  const end = (by: NodeJS.Signals) => {
    child.kill(by);
    killTimer ??= setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  };
  const terminate = () => end('SIGTERM');
  const interrupt = () => {
    if (!onTerminal) child.kill('SIGINT');
  };
  process.on('SIGINT', interrupt).on('SIGTERM', end).on('SIGHUP', end);
  signal.addEventListener('abort', terminate);
  if (signal.aborted) terminate();
  await once(child, 'close');
  clearTimeout(killTimer);
  signal.removeEventListener('abort', terminate);
  process.off('SIGINT', interrupt).off('SIGTERM', end).off('SIGHUP', end);
  return child.signalCode === null ? (child.exitCode ?? 1) : exitCodeOf(child.signalCode);
}
