import { readdir, readFile, readlink } from 'node:fs/promises';

/** What a process holds. */
export interface ProcessFigures {
  readonly sockets: number;
  readonly files: number;
  readonly residentMiB: number;
  /** Handles and requests that its event loop waits for, by its metrics. */
  readonly activeResources: number;
}

async function descriptors(pid: number): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder);
  return Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
}

/** The value of a metric, by its name and labels as they are exported. */
export function metricValue(metrics: string, series: string): number {
  const line = metrics.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1));
}

/** The values that a label has in the series of a metric. */
export function labelValues(metrics: string, name: string, label: string): readonly string[] {
  const series = new RegExp(`^${name}\\{.*\\b${label}="([^"]*)"`, 'gm');
  return [...metrics.matchAll(series)].map(([, value = '']) => value);
}

export async function metricsOf(operationsUrl: string): Promise<string> {
  return (await fetch(`${operationsUrl}/metrics`)).text();
}

export async function processFigures(pid: number, operationsUrl: string): Promise<ProcessFigures> {
  const metrics = await metricsOf(operationsUrl);
  const open = await descriptors(pid);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  return {
    sockets: open.filter((target) => target.startsWith('socket:')).length,
    files: open.length,
    residentMiB: Math.round(Number(kib) / 1024),
    activeResources: metricValue(metrics, 'nodejs_active_resources_total'),
  };
}
