import { median } from '../measure/median.ts';
import type { LoadResult, LoadRun, LoadTool } from './load-tool.ts';
import type { RunningWebhook } from './running-webhook.ts';

/** Node compiles, and Go grows its heap, in the first moments under load. */
const WARM_UP_SECONDS = 2;

/** What a webhook does under load; each figure is the median of the runs. */
export interface LoadFigures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Core time for one answer, the same whatever else the machine does; NaN if not told. */
  readonly cpuMicros: number;
  /** Most memory resident; NaN if not told. */
  readonly rssMiB: number;
}

export interface LoadRoundsOptions extends Omit<LoadRun, 'url'> {
  readonly tool: LoadTool;
  readonly runs: number;
  readonly progress: (message: string) => void;
}

interface Round extends LoadResult {
  readonly cpuMicros: number;
}

async function loadOnce(webhook: RunningWebhook, options: LoadRoundsOptions): Promise<Round> {
  const { tool, seconds } = options;
  const run = { ...options, url: `${webhook.url}/validate` };
  await tool.run({ ...run, seconds: Math.min(WARM_UP_SECONDS, seconds) });
  const before = await webhook.cpuSeconds();
  const result = await tool.run(run);
  const cpuMicros = ((await webhook.cpuSeconds()) - before) * 1e6;
  await webhook.forgetLog();
  if (result.failures > 0) {
    throw new Error(`${webhook.name}: ${result.failures} calls failed under load`);
  }
  return { ...result, cpuMicros: cpuMicros / (result.perSecond * seconds) };
}

async function figuresOf(webhook: RunningWebhook, results: readonly Round[]): Promise<LoadFigures> {
  return {
    perSecond: median(results.map(({ perSecond }) => perSecond)),
    p50Ms: median(results.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(results.map(({ p99Ms }) => p99Ms)),
    cpuMicros: median(results.map(({ cpuMicros }) => cpuMicros)),
    rssMiB: await webhook.peakRssMiB(),
  };
}

/** Puts load on one webhook after the other, `runs` times; rejects if a call fails. */
export async function measureLoad(
  ours: RunningWebhook,
  peer: RunningWebhook,
  options: LoadRoundsOptions,
): Promise<{ readonly ours: LoadFigures; readonly peer: LoadFigures }> {
  const results: Record<RunningWebhook['name'], Round[]> = { ours: [], peer: [] };
  for (let run = 1; run <= options.runs; run += 1) {
    for (const webhook of [ours, peer]) {
      const result = await loadOnce(webhook, options);
      results[webhook.name].push(result);
      const perSecond = Math.round(result.perSecond);
      options.progress(`${webhook.name}, run ${run} of ${options.runs}: ${perSecond} answers/s`);
    }
  }
  return {
    ours: await figuresOf(ours, results.ours),
    peer: await figuresOf(peer, results.peer),
  };
}
