import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

/** Whether the system calls of a process can be watched here. */
export async function canTrace(): Promise<boolean> {
  const { exitCode } = await execa('strace', ['-o', '/dev/null', 'true'], { reject: false });
  return exitCode === 0;
}

/**
 * Runs a Node.js program and returns its calls that write and sync, as strace prints them with the
 * paths of descriptors: those on the standard output where they began, all others where they ended.
 */
export async function traceWrites(
  traceFile: string,
  program: readonly string[],
): Promise<string[]> {
  const calls = 'trace=openat,write,writev,pwrite64,pwritev,fdatasync,fsync,msync';
  const strace = ['-f', '-y', '-s', '80', '-o', traceFile, '-e', calls, process.execPath];
  await execa('strace', [...strace, ...program]);
  return inOrder((await readFile(traceFile, 'utf8')).split('\n'));
}

function inOrder(lines: readonly string[]): string[] {
  const begun = new Map<string, string>();
  return lines.flatMap((line) => {
    const [, thread = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const beginning = /^(.*) <unfinished \.\.\.>$/.exec(text)?.[1];
    const end = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
    if (beginning === undefined && end === undefined) return [text];
    const call = beginning ?? `${begun.get(thread)}${end}`;
    begun.set(thread, call);
    const atBeginning = beginning !== undefined;
    return call.startsWith('write(1<') === atBeginning ? [call] : [];
  });
}
