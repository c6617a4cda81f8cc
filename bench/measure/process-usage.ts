import { readdir, readFile } from 'node:fs/promises';

/** The unit of times in /proc/PID/stat: USER_HZ, 100 on every architecture that Node supports. */
const TICKS_PER_SECOND = 100;

async function read(pid: number | string | undefined, file: string): Promise<string> {
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

/** The fields of /proc/PID/stat after the name, which stands in brackets and may hold spaces. */
async function statFields(pid: number | string | undefined): Promise<readonly string[]> {
  const stat = await read(pid, 'stat');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Time that all threads of a process had a core so far; NaN where there is no /proc. */
export async function cpuSeconds(pid: number | undefined): Promise<number> {
  const [utime, stime] = (await statFields(pid)).slice(11, 13);
  return (Number(utime) + Number(stime)) / TICKS_PER_SECOND;
}

/**
 * The same of all processes of a group, those that ended among them if one of the group waited for
 * them; NaN where there is no /proc.
 */
export async function groupCpuSeconds(group: number | undefined): Promise<number> {
  const names = await readdir('/proc').catch(() => []);
  const all = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(statFields));
  const members = all.filter(([, , pgrp]) => Number(pgrp) === group);
  if (members.length === 0) return Number.NaN;
  // utime and stime of the process, and of its children.
  const ticks = members.flatMap((fields) => fields.slice(11, 15)).map(Number);
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND;
}
