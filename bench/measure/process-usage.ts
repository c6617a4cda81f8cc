import { readFile } from 'node:fs/promises';

/** The unit of times in /proc/PID/stat: USER_HZ, 100 on every architecture that Node supports. */
const TICKS_PER_SECOND = 100;

async function read(pid: number | undefined, file: string): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
}

/** Most memory that a process ever had resident; NaN where there is no /proc. */
export async function peakRssMiB(pid: number | undefined): Promise<number> {
  const status = await read(pid, 'status');
  return Number(status.match(/^VmHWM:\s+(\d+) kB$/m)?.[1]) / 1024;
}

/** Memory that a process has now that no file backs; NaN where there is no /proc. */
export async function anonymousRssMiB(pid: number | undefined): Promise<number> {
  const status = await read(pid, 'status');
  return Number(status.match(/^RssAnon:\s+(\d+) kB$/m)?.[1]) / 1024;
}

/** Time that all threads of a process had a core so far; NaN where there is no /proc. */
export async function cpuSeconds(pid: number | undefined): Promise<number> {
  const stat = await read(pid, 'stat');
  // The name in brackets may hold spaces. After it utime and stime are the 12th and the 13th field.
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(utime) + Number(stime)) / TICKS_PER_SECOND;
}
