import type { LoadResult, LoadRun, LoadTool } from './load-tool.ts';
import { median } from './median.ts';
import type { RunningWebhook } from './running-webhook.ts';

/** Node compiles, and Go grows its heap, in the first moments under load. */
const WARM_UP_SECONDS = 2;

/** What a webhook does under load; each figure is the median of the runs. */
export interface LoadFigures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** NaN where the system does not tell. */
  readonly rssMiB: number;
}

export interface LoadRoundsOptions extends Omit<LoadRun, 'url'> {
  readonly tool: LoadTool;
  readonly runs: number;
  readonly progress: (message: string) => void;
}

async function loadOnce(webhook: RunningWebhook, options: LoadRoundsOptions): Promise<LoadResult> {
  const { tool, seconds } = options;
  const run = { ...options, url: `${webhook.url}/validate` };
  await tool.run({ ...run, seconds: Math.min(WARM_UP_SECONDS, seconds) });
  const result = await tool.run(run);
  await webhook.forgetLog();
  if (result.failures > 0) {
    throw new Error(`${webhook.name}: ${result.failures} calls failed under load`);
  }
  return result;
}

async function figuresOf(
  webhook: RunningWebhook,
  results: readonly LoadResult[],
): Promise<LoadFigures> {
  return {
    perSecond: median(results.map(({ perSecond }) => perSecond)),
    p50Ms: median(results.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(results.map(({ p99Ms }) => p99Ms)),
    rssMiB: await webhook.peakRssMiB(),
  };
}

/** Puts load on one webhook after the other, `runs` times; rejects if a call fails. */
export async function measureLoad(
  ours: RunningWebhook,
  peer: RunningWebhook,
  options: LoadRoundsOptions,
): Promise<{ readonly ours: LoadFigures; readonly peer: LoadFigures }> {
  const results = { ours: [] as LoadResult[], peer: [] as LoadResult[] };
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
